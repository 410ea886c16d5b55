// Why a thing could not be reached: the form for whatever the address names.
import { dueBy } from "../offline/due.js"
import { fillSlots } from "../offline/slots.js"

export async function fill(facts) {
  const form = document.getElementById("not-reached")
  const query = new URLSearchParams(location.search)
  const one = dueBy(facts.due, query)
  const place = one?.place ?? query.get("place")
  const equipment = one?.equipment ?? query.get("equipment") ?? ""
  const where = one?.where ?? facts.places[place]?.name ?? ""
  fillSlots(document, { where: [where, one?.code].filter(Boolean).join(" · ") })
  form.elements.checklist.value = one?.list_id ?? query.get("checklist") ?? ""
  form.elements.equipment.value = equipment
  form.elements.place.value = equipment ? "" : place ?? ""
  form.dataset.draft = `not_reached:${equipment || place}`
  form.dataset.queueNote = one?.code ?? where
  for (const picker of form.querySelectorAll("[data-behaviour~=photo-picker]")) picker.dataset.where = where
}
