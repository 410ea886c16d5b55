// A checklist for the thing its address names: where, which unit, its own limits, its last values.
import { el, icon, t } from "../app.js"
import { dueBy, nextThere, stillDue } from "../offline/due.js"
import { deeds } from "../offline/local.js"
import { fillSlots } from "../offline/slots.js"

export async function fill(facts) {
  const form = document.getElementById("checklist")
  const query = new URLSearchParams(location.search)
  const done = await deeds()
  const left = stillDue(facts, done)
  const one = dueBy(facts.due, query)
  const place = one?.place ?? query.get("place")
  const where = one?.where ?? facts.places[place]?.name ?? ""
  fillSlots(document, { where: [where, one?.code, one?.model].filter(Boolean).join(" · ") })
  const thing = one?.equipment ?? query.get("equipment") ?? place ?? "anywhere"
  form.elements.equipment.value = one?.equipment ?? query.get("equipment") ?? ""
  form.elements.place.value = place ?? ""
  form.dataset.draft = `inspection:${form.elements.checklist.value}:${thing}`
  form.dataset.queueNote = one?.code ?? where
  form.dataset.next = (one && nextThere(facts.due, left, one)?.url) ?? "/checklists"
  for (const picker of form.querySelectorAll("[data-behaviour~=photo-picker]")) picker.dataset.where = where
  const away = form.querySelector("[data-not-reached]")
  if (away) away.href = `/not-reached/new?checklist=${encodeURIComponent(query.get("checklist") ?? "")}&${one?.equipment ? `equipment=${one.equipment}` : `place=${place ?? ""}`}`
  askFor(form, facts.asks?.[form.dataset.list], done)
  if (!one) return
  for (const number of form.querySelectorAll("[data-number]")) numberRow(number, one)
  if (one.group) nameUnits(one.group)
  if (one.past) cannotPass(...one.past)
  const life = document.querySelector(`[data-life=${one.life?.[0] ?? "none"}]`)
  if (life) { life.hidden = false; fillSlots(life, { month: one.life[1] }) }
}

// By lot the photo of one item: once, and not again on this phone before the server has drawn anew.
function askFor(form, item, done) {
  const row = item && form.querySelector(`[data-item="${CSS.escape(item)}"]`)
  if (!row || done.some((deed) => deed.kind === "inspection" && deed.asked && deed.checklist === form.elements.checklist.value)) return
  row.querySelector(".finding__main").after(form.querySelector("[data-ask-shape]").content.cloneNode(true))
  row.querySelector("[name=asked]").value = item
  const told = document.querySelector("[data-ask-told]")
  told.hidden = false
  fillSlots(told, { asked: t("asked_item", { n: row.querySelector(".finding__no").textContent, item: row.dataset.name }) })
}

// By the ledger its date has passed: the row stands on fail, as the server will have it anyway.
function cannotPass(item, month) {
  const row = document.querySelector(`[data-item="${CSS.escape(item)}"]`)
  const pass = row?.querySelector("input[value=pass]")
  const fail = row?.querySelector("input[value=fail]")
  if (!pass || !fail) return
  pass.disabled = true
  fail.checked = true
  row.querySelector(".finding__na")?.remove()
  row.querySelector("[data-units]")?.remove() // all of them are past it
  const hint = el("p.finding__hint", {}, icon("clock"), el("span", {}, t("past_due", { month })))
  row.querySelector("[data-fail-area] .finding__proof").before(hint)
}

// A group: a failure says how many of its units, and which.
function nameUnits(all) {
  for (const area of document.querySelectorAll("[data-units]")) {
    area.hidden = area.disabled = false
    area.querySelector("[data-count]").dataset.max = all
    area.querySelector("[data-group]").textContent = all
  }
  const told = document.querySelector("[data-group-told]")
  told.hidden = false
  fillSlots(told, { group: t("group_units", { n: all }) })
}

function numberRow(number, { limits = {}, last = {} }) {
  const row = number.closest("[data-item]")
  const code = row.dataset.item
  const words = row.querySelector("[data-limits]")
  if (limits[code]) {
    const [low, high] = limits[code]
    for (const [name, value] of [["min", low], ["max", high]]) {
      if (value === null) delete number.dataset[name]
      else number.dataset[name] = value
    }
    if (words) words.textContent = low !== null && high !== null ? `${low}–${high}` : low !== null ? `≥ ${low}` : high !== null ? `≤ ${high}` : ""
  }
  if (last[code] !== undefined) row.querySelector("[data-last]").textContent = ` · ${t("last_value", { n: last[code] })}`
}
