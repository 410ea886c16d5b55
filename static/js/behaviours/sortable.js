// Puts stops in order by dragging, Alt+arrows or the buttons; the order is that of the hidden inputs.
// <ol data-behaviour="sortable"> <li data-stop tabindex="-1"><span data-grip></span> <span data-number>1</span> <b data-name>…</b>
//   <input type="hidden" name="stops[]" value="<place>"> <button type="button" data-up> <button type="button" data-down></li> … </ol>
// The style sheet sets touch-action: none on [data-grip], so that a finger drags instead of scrolling.
// <p data-sort-said role="status"> after it, if present, says each move. `change` bubbles after every move.
import { t } from "../app.js"

export function attach(list) {
  const stops = () => [...list.querySelectorAll(":scope > [data-stop]")]
  const said = list.parentElement.querySelector("[data-sort-said]")
  let dragged = null

  const number = () => stops().forEach((stop, at, all) => {
    const place = stop.querySelector("[data-number]")
    if (place) place.textContent = String(at + 1)
    stop.querySelector("[data-up]").disabled = at === 0
    stop.querySelector("[data-down]").disabled = at === all.length - 1
  })
  const moved = (stop) => {
    number()
    const name = stop.querySelector("[data-name]")?.textContent.trim() ?? ""
    if (said) said.textContent = t("moved_to", { name, n: stops().indexOf(stop) + 1 })
    list.dispatchEvent(new Event("change", { bubbles: true }))
  }
  const shift = (stop, by) => {
    const other = stops()[stops().indexOf(stop) + by]
    if (!other) return
    if (by < 0) other.before(stop)
    else other.after(stop)
    moved(stop)
  }

  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-up], [data-down]")
    if (!button) return
    event.preventDefault() // without this script the button sends the form instead
    shift(button.closest("[data-stop]"), button.hasAttribute("data-up") ? -1 : 1)
    if (!button.disabled) button.focus()
    else button.closest("[data-stop]").querySelector("[data-up]:enabled, [data-down]:enabled")?.focus()
  })
  list.addEventListener("keydown", (event) => {
    const stop = event.target.closest("[data-stop]")
    if (!stop || !event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return
    event.preventDefault()
    const focused = document.activeElement
    shift(stop, event.key === "ArrowUp" ? -1 : 1)
    focused.focus()
  })
  // Pointer events, so that a finger drags as a mouse does.
  list.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest("[data-grip]")
    if (!grip || event.button) return
    event.preventDefault()
    dragged = { stop: grip.closest("[data-stop]"), from: stops().indexOf(grip.closest("[data-stop]")) }
    dragged.stop.classList.add("is-dragged")
    list.setPointerCapture(event.pointerId)
  })
  list.addEventListener("pointermove", (event) => {
    if (!dragged) return
    const before = stops().find((stop) => stop !== dragged.stop && event.clientY < middle(stop))
    if (before) { if (dragged.stop.nextElementSibling !== before) before.before(dragged.stop) }
    else if (list.lastElementChild !== dragged.stop) list.append(dragged.stop)
  })
  const drop = () => {
    if (!dragged) return
    const { stop, from } = dragged
    dragged = null
    stop.classList.remove("is-dragged")
    if (stops().indexOf(stop) !== from) moved(stop)
  }
  list.addEventListener("pointerup", drop)
  list.addEventListener("pointercancel", drop)
  new MutationObserver(() => { if (!dragged) number() }).observe(list, { childList: true })
  number()
}

function middle(stop) {
  const box = stop.getBoundingClientRect()
  return box.top + box.height / 2
}
