// The page of one photo by keyboard: links carry the key that follows them, Z zooms, Enter is the browser's own.
// <div data-behaviour="photo-keys"> <a data-key="ArrowLeft" href=…> <a data-key="Escape" href=…> <figure><img></figure></div>
export function attach(page) {
  const frame = page.querySelector("figure")
  const zoom = () => frame?.classList.toggle("is-zoomed")
  frame?.querySelector("img")?.addEventListener("click", zoom)
  // A finger drawn sideways over the picture turns the page, as the arrows do; a zoomed picture is moved instead.
  let from = null
  frame?.addEventListener("touchstart", (event) => {
    from = event.touches.length === 1 && !frame.classList.contains("is-zoomed") ? event.touches[0] : null
  }, { passive: true })
  frame?.addEventListener("touchend", (event) => {
    const key = from && swipe(event.changedTouches[0].clientX - from.clientX, event.changedTouches[0].clientY - from.clientY)
    from = null
    if (key) page.querySelector(`[data-key="${key}"]`)?.click()
  })
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return
    if (event.key.toLowerCase() === "z") { event.preventDefault(); zoom(); return }
    const link = [...page.querySelectorAll("[data-key]")].find((one) => one.dataset.key === event.key)
    if (link) { event.preventDefault(); link.click() }
  })
}

// The key that a finger's way stands for: left is on to the older photo; a short or steep way is none.
export function swipe(across, down) {
  if (Math.abs(across) < 60 || Math.abs(across) < 2 * Math.abs(down)) return ""
  return across < 0 ? "ArrowRight" : "ArrowLeft"
}
