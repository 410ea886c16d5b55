// Fills pages kept on the phone: [data-slot=name] gets the text of that name, templates become rows.
import { el, icon as picture, setIcon } from "../app.js"

export function fillSlots(root, values) {
  for (const place of root.querySelectorAll("[data-slot]")) {
    if (values[place.dataset.slot] !== undefined) place.textContent = values[place.dataset.slot]
  }
  return root
}

// A copy of <template data-row="name"> in the page, its slots filled. icon: of its tile; url: of its first link;
// thumb: of its picture.
export function row(name, values, { icon = null, url = null, thumb = null, hide = [] } = {}) {
  const template = document.querySelector(`template[data-row="${name}"]`)
  const made = fillSlots(template.content.cloneNode(true), values).firstElementChild
  if (icon) setIcon(made.querySelector("svg"), icon)
  if (url) made.querySelector("a")?.setAttribute("href", url)
  if (thumb) Object.assign(made.querySelector("[data-thumb]"), { src: thumb, hidden: false })
  for (const part of hide) made.querySelector(`[data-part="${part}"]`)?.remove()
  return made
}

// Puts rows into [data-rows=name] and shows the [data-block=name] around it when there are any.
export function fillRows(name, rows) {
  document.querySelector(`[data-rows="${name}"]`)?.replaceChildren(...rows)
  for (const block of document.querySelectorAll(`[data-block="${name}"]`)) block.hidden = !rows.length
}

// The badge of templates/shared/ui.html.
export function badge(tone, name, words) {
  return el(`span.badge.badge--${tone}`, {}, picture(name), words)
}
