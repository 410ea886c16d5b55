// The report for the place its address names: from the label that was scanned, or chosen from the list.
import { fillSlots } from "../offline/slots.js"
import { row } from "../offline/slots.js"
import { deeds } from "../offline/local.js"
import { clock } from "../offline/words.js"

const JUST_NOW = 30 * 60_000

export async function fill(facts, now) {
  const form = document.getElementById("hazard")
  const query = new URLSearchParams(location.search)
  const again = facts.hazards.find((one) => one.id === query.get("seen_again"))
  const asked = query.get("place") ?? again?.place ?? (query.has("place") ? null : await lastPlace(now))
  const place = asked && facts.places[asked] ? asked : null
  const select = form.elements.place
  if (place && ![...select.options].some((option) => option.value === place)) select.add(new Option(facts.places[place].name, place))
  if (asked) select.value = asked
  const name = place ? facts.places[place].name : select.selectedOptions[0]?.value ? select.selectedOptions[0].textContent.trim() : ""
  form.elements.scan.value = query.get("scan") ?? ""
  form.dataset.draft = `hazard:${asked ?? ""}`
  form.dataset.queueNote = name
  for (const picker of form.querySelectorAll("[data-behaviour~=photo-picker]")) picker.dataset.where = name
  fillSlots(document, { sub: [clock(now, facts.zone), name].filter(Boolean).join(" · ") })
  if (again) return seenAgain(form, again)
  document.querySelector("[data-rows=twins]")?.replaceChildren(...facts.hazards.filter((one) => one.place === asked).slice(0, 6).map((one) => {
    const made = row("twin", { name: one.title }, { url: twinUrl(one, query.get("scan")) })
    made.dataset.twin = one.category
    made.href = twinUrl(one, query.get("scan"))
    return made
  }))
}

const twinUrl = (one, scan) => `/hazards/new?seen_again=${one.id}${scan ? `&scan=${scan}` : ""}`

// The same form with less on it: what is wrong and how urgent stand already.
function seenAgain(form, one) {
  form.elements.seen_again.value = one.id
  for (const radio of form.querySelectorAll("[name=category]")) radio.checked = radio.value === one.category
  for (const radio of form.querySelectorAll("[name=severity]")) radio.checked = radio.value === one.severity
  for (const part of form.querySelectorAll("[data-part=new]")) part.hidden = true
  form.querySelector("[data-name=photos]").dataset.ghost = one.photo ?? ""
  for (const told of document.querySelectorAll("[data-part=again]")) {
    told.hidden = false
    fillSlots(told, { title: one.title, number: one.number })
  }
}

async function lastPlace(now) {
  const scan = (await deeds()).filter((deed) => deed.kind === "scan" && deed.place).at(-1)
  return scan && now - scan.at < JUST_NOW ? scan.place : null
}
