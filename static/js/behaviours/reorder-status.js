// The board of work orders: a card dropped on a column opens the form of the step that leads there; nothing changes before
// that form is sent. M, or the card's button, opens the same steps as a menu.
// <div data-behaviour="reorder-status"> <section data-column="rectifying">…
//   <article data-card draggable="true" tabindex="0"> <details data-steps><summary>…</summary>
//     <a data-to="rectifying" href="/work-orders/<id>/steps/assign">…</a> …</details></article> </section> … </div>
// Columns a dragged card may go to get data-may-drop; the one under it data-drop-here.
export function attach(board) {
  const columns = () => [...board.querySelectorAll("[data-column]")]
  const steps = (card) => [...card.querySelectorAll("[data-to]")]
  const stepTo = (card, column) => steps(card).find((step) => step.dataset.to === column?.dataset.column)
  let card = null

  board.addEventListener("dragstart", (event) => {
    card = event.target.closest?.("[data-card]")
    if (!card) return
    event.dataTransfer.effectAllowed = "move"
    event.dataTransfer.setData("text/plain", card.id)
    for (const column of columns()) column.toggleAttribute("data-may-drop", Boolean(stepTo(card, column)))
  })
  board.addEventListener("dragover", (event) => {
    const column = event.target.closest("[data-column]")
    const may = card && stepTo(card, column)
    if (may) event.preventDefault()
    for (const one of columns()) one.toggleAttribute("data-drop-here", Boolean(may) && one === column)
  })
  board.addEventListener("drop", (event) => {
    const step = card && stepTo(card, event.target.closest("[data-column]"))
    if (!step) return
    event.preventDefault()
    step.click()
  })
  board.addEventListener("dragend", () => {
    card = null
    for (const column of columns()) { column.removeAttribute("data-may-drop"); column.removeAttribute("data-drop-here") }
  })
  board.addEventListener("keydown", (event) => {
    const here = event.target.closest("[data-card]")
    const menu = here?.querySelector("[data-steps]") ?? { open: false }
    if (!here) return
    if (event.key.toLowerCase() === "m" && !event.ctrlKey && !event.metaKey && !event.target.closest("input, textarea, select")) {
      event.preventDefault()
      menu.open = true
      steps(here)[0]?.focus()
    } else if (event.key === "Escape" && menu.open) {
      menu.open = false
      here.focus()
    } else if (menu.open && ["ArrowDown", "ArrowUp"].includes(event.key)) {
      const all = steps(here)
      const at = all.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1)
      event.preventDefault()
      all[(at + all.length) % all.length]?.focus()
    }
  })
  // One menu at a time.
  board.addEventListener("toggle", ({ target }) => {
    if (target.matches?.("[data-steps][open]")) {
      for (const other of board.querySelectorAll("[data-steps][open]")) if (other !== target) other.open = false
    }
  }, true)
}
