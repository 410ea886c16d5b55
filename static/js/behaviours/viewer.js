// The photo log by keyboard: arrows, Enter, Z, Esc, F; focus returns to the tile.
// <section data-behaviour="viewer">  <form data-filters>…</form>
//   <a data-tile href="/photos/<id>" data-full="<image url>" data-caption="22:31 · 王建国 · 3栋12层">…<img></a> …
//   <dialog data-viewer><img data-picture alt><p data-caption></p><a data-open>…</a>
//     <button type="button" data-previous> <button type="button" data-next> <button type="button" data-zoom aria-pressed="false"> <button type="button" data-close></dialog>
// </section>
// Without the dialog a tile stays a link to the photo's own page, and the keys walk from tile to tile.
// Without JavaScript a tile is a link to the photo's page, and stays one for Ctrl-click.
export function attach(log) {
  const dialog = log.querySelector("dialog[data-viewer]")
  if (!dialog) { walkTiles(log); return }
  const part = (name) => dialog.querySelector(`[data-${name}]`)
  const tiles = () => [...log.querySelectorAll("[data-tile]")]
  let current = null

  const show = (tile) => {
    if (!tile) return
    current = tile
    zoom(false)
    part("picture").src = tile.dataset.full
    part("picture").alt = tile.dataset.caption ?? ""
    part("caption").textContent = tile.dataset.caption ?? ""
    if (part("open")) part("open").href = tile.href
    const all = tiles()
    part("previous").disabled = all[0] === tile
    part("next").disabled = all.at(-1) === tile
    if (!dialog.open) dialog.showModal()
    const next = all[all.indexOf(tile) + 1]
    if (next) new Image().src = next.dataset.full // ready before it is asked for
  }
  const move = (by) => { const all = tiles(); show(all[all.indexOf(current) + by]) }
  const zoom = (on = !dialog.classList.contains("is-zoomed")) => {
    dialog.classList.toggle("is-zoomed", on)
    part("zoom")?.setAttribute("aria-pressed", String(on))
  }

  log.addEventListener("click", (event) => {
    const tile = event.target.closest("[data-tile]")
    if (!tile || event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    show(tile)
  })
  part("previous").addEventListener("click", () => move(-1))
  part("next").addEventListener("click", () => move(1))
  part("zoom")?.addEventListener("click", () => zoom())
  // At once, not on the later "close" event: by then the next key may have moved the focus on.
  const shut = () => { dialog.close(); current?.focus() }
  part("close").addEventListener("click", shut)
  dialog.addEventListener("click", (event) => { if (event.target === dialog) shut() })
  dialog.addEventListener("cancel", (event) => { event.preventDefault(); shut() })
  dialog.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const acts = { ArrowLeft: () => move(-1), ArrowRight: () => move(1), z: () => zoom(), Home: () => show(tiles()[0]), End: () => show(tiles().at(-1)) }
    const act = acts[event.key.length === 1 ? event.key.toLowerCase() : event.key]
    if (act) { event.preventDefault(); act() }
  })
  walkTiles(log, { open: () => dialog.open, enter: show })
}

// Arrows from tile to tile, F to the filters, Enter to look closer (the link's own way when nothing is given).
function walkTiles(log, { open = () => false, enter = null } = {}) {
  const tiles = () => [...log.querySelectorAll("[data-tile], .photo-card a")]
  document.addEventListener("keydown", (event) => {
    if (open() || event.ctrlKey || event.metaKey || event.altKey) return
    if (event.target.closest("input, select, textarea, [contenteditable], dialog")) return
    const tile = document.activeElement.closest?.("[data-tile], .photo-card a")
    if (event.key.toLowerCase() === "f") {
      event.preventDefault()
      log.querySelector("[data-filters], .filters")?.querySelector("select, input:not([type=hidden]), button")?.focus()
    } else if (event.key === "Enter" && tile && enter) {
      event.preventDefault()
      enter(tile)
    } else if (event.key.startsWith("Arrow")) {
      const to = tile ? neighbour(tiles(), tile, event.key) : tiles()[0]
      if (to && (tile || document.activeElement === document.body)) { event.preventDefault(); to.focus() }
    }
  })
}

// Left and right go along the row; up and down to the nearest tile of the next row.
function neighbour(all, tile, key) {
  const at = all.indexOf(tile)
  if (key === "ArrowLeft") return all[at - 1]
  if (key === "ArrowRight") return all[at + 1]
  const box = tile.getBoundingClientRect()
  const rows = all.map((one) => ({ one, box: one.getBoundingClientRect() }))
    .filter((other) => (key === "ArrowDown" ? other.box.top >= box.bottom - 1 : other.box.bottom <= box.top + 1))
  const far = (other) => Math.abs(other.box.top - box.top) * 10 + Math.abs(other.box.left - box.left)
  return rows.sort((a, b) => far(a) - far(b))[0]?.one
}
