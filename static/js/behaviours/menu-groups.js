// Keeps which groups of the side bar are open. The server draws them from the cookie, so nothing jumps while a page loads;
// the group of the page that is shown it opens besides.
// <nav data-behaviour="menu-groups" data-open="reviews.setup"><details data-group="reviews"><summary>…</summary>…</details></nav>
const YEAR = 365 * 24 * 60 * 60

export function attach(menu) {
  const open = new Set(menu.dataset.open.split(".").filter(Boolean))
  menu.addEventListener("click", ({ target }) => {
    const group = target.closest("summary")?.parentElement
    if (!group) return
    if (group.open) open.delete(group.dataset.group) // it is about to turn
    else open.add(group.dataset.group)
    document.cookie = `menu=${[...open].join(".")}; path=/; max-age=${YEAR}; samesite=lax`
  })
}
