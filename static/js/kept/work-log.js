// The work log for the item or place its address names.
import { fillSlots } from "../offline/slots.js"

export async function fill(facts) {
  const form = document.getElementById("log")
  const query = new URLSearchParams(location.search)
  const item = facts.due.find((one) => one.equipment && one.equipment === query.get("equipment"))
  const place = query.get("place")
  const select = form.elements.place
  form.elements.equipment.value = query.get("equipment") ?? ""
  form.dataset.draft = `work_log:${query.get("equipment") ?? place ?? ""}`
  if (query.get("equipment")) {
    select.required = false
    select.closest(".field").hidden = true
    form.dataset.next = `/equipment/${query.get("equipment")}`
  } else if (place) {
    if (![...select.options].some((option) => option.value === place)) select.add(new Option(facts.places[place]?.name ?? place, place))
    select.value = place
  }
  const where = item ? [item.code, item.where].join(" · ") : facts.places[place]?.name ?? ""
  form.dataset.queueNote = item?.code ?? where
  fillSlots(document, { where })
  for (const picker of form.querySelectorAll("[data-behaviour~=photo-picker]")) picker.dataset.where = item?.where ?? where
}
