// Searches a long native select. The select stays the field that is sent; without JavaScript it is simply used.
// <div data-behaviour="place-picker"><label for="p">…</label><select id="p" name="place">
//   <option value="<uuid>" [data-words="3b dixia bengfang"]>3 栋 / 地下 / 消防泵房</option>…</select></div>
// Adds an input[role=combobox].place-picker__input and a ul[role=listbox].place-picker__list after the select.
import { el, t } from "../app.js"

const MOST = 30
let count = 0

export function attach(box) {
  const select = box.querySelector("select")
  const id = `places-${++count}`
  const list = el("ul.place-picker__list", { id, role: "listbox", hidden: true })
  const input = el("input.input.place-picker__input", {
    type: "text", role: "combobox", autocomplete: "off", "aria-expanded": "false", "aria-controls": id,
    "aria-autocomplete": "list", placeholder: t("place_search"),
  })
  const label = box.querySelector("label")
  let active = -1

  box.classList.add("place-picker")
  input.id = `${id}-input`
  input.required = select.required
  if (label) label.htmlFor = input.id
  select.required = false
  select.hidden = true
  select.after(input, list)

  const shown = () => [...list.querySelectorAll("[role=option]")]
  const current = () => (select.value ? select.selectedOptions[0]?.textContent.trim() : "")
  const close = () => { list.hidden = true; active = -1; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant") }
  const settle = () => { input.value = current(); input.setCustomValidity("") }
  const choose = (row) => {
    select.value = row.dataset.value
    settle()
    close()
    select.dispatchEvent(new Event("change", { bubbles: true }))
  }
  const open = () => {
    const words = input.value === current() ? [] : input.value.trim().toLowerCase().split(/\s+/).filter(Boolean)
    const found = [...select.options].filter((option) => {
      const text = `${option.textContent} ${option.dataset.words ?? ""}`.toLowerCase()
      return option.value && words.every((word) => text.includes(word))
    }).slice(0, MOST)
    list.replaceChildren(...found.map((option, at) => el("li.place-picker__option", {
      id: `${id}-${at}`, role: "option", "data-value": option.value, "aria-selected": String(option.value === select.value),
    }, option.textContent.trim())))
    if (!found.length) list.append(el("li.place-picker__none", {}, t("place_none")))
    list.hidden = false
    input.setAttribute("aria-expanded", "true")
    active = -1
  }
  const go = (by) => {
    if (list.hidden) open()
    const rows = shown()
    if (!rows.length) return
    rows[active]?.classList.remove("is-active")
    active = (active + by + rows.length) % rows.length
    rows[active].classList.add("is-active")
    rows[active].scrollIntoView({ block: "nearest" })
    input.setAttribute("aria-activedescendant", rows[active].id)
  }

  input.addEventListener("focus", () => { input.select(); open() })
  input.addEventListener("input", open)
  input.addEventListener("blur", () => {
    close()
    // Words that were not chosen are no place: say so instead of sending the old one.
    if (input.value && input.value !== current()) input.setCustomValidity(t("place_choose"))
    else if (!input.value && select.value) { select.value = ""; select.dispatchEvent(new Event("change", { bubbles: true })) }
    else input.setCustomValidity("")
  })
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); go(event.key === "ArrowDown" ? 1 : -1) }
    else if (event.key === "Escape" && !list.hidden) { event.preventDefault(); settle(); close() }
    else if (event.key === "Enter" && !list.hidden) {
      event.preventDefault()
      const row = shown()[active] ?? (shown().length === 1 ? shown()[0] : null)
      if (row) choose(row)
    }
  })
  list.addEventListener("pointerdown", (event) => {
    event.preventDefault() // the input keeps the focus
    const row = event.target.closest("[role=option]")
    if (row) choose(row)
  })
  select.addEventListener("change", settle)
  box.closest("form")?.addEventListener("draft-restored", settle)
  settle()
}
