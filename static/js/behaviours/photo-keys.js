// The page of one photo by keyboard: links carry the key that follows them, Z zooms, Enter is the browser's own.
// <div data-behaviour="photo-keys"> <a data-key="ArrowLeft" href=…> <a data-key="Escape" href=…> <figure><img></figure></div>
export function attach(page) {
  const frame = page.querySelector("figure")
  const zoom = () => frame?.classList.toggle("is-zoomed")
  frame?.querySelector("img")?.addEventListener("click", zoom)
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return
    if (event.key.toLowerCase() === "z") { event.preventDefault(); zoom(); return }
    const link = [...page.querySelectorAll("[data-key]")].find((one) => one.dataset.key === event.key)
    if (link) { event.preventDefault(); link.click() }
  })
}
