// A round as it stands by the pack and by what was scanned here since.
import { t } from "../app.js"
import { draw } from "../offline/beads.js"
import { judgeAll } from "../offline/hero.js"
import { idFrom } from "../offline/kept.js"
import { deeds, scansOf } from "../offline/local.js"
import { fillRows, fillSlots, row } from "../offline/slots.js"
import { beadState } from "../offline/walk.js"
import { beadSentence, clock, ownTime } from "../offline/words.js"

const ENTER_WITHIN = 12 * 3_600_000 // as in patrol/rounds/by_hand.py

export async function fill(facts, now) {
  const done = await deeds()
  const walk = judgeAll(facts, await scansOf(facts, done), now).find((one) => one.id === idFrom("round"))
  document.querySelector("[data-part=unknown]").hidden = Boolean(walk)
  document.querySelector("[data-part=known]").hidden = !walk
  if (!walk) return
  const open = walk.stops.filter((stop) => stop.required && (stop.state === "pending" || stop.state === "missed")).length
  const over = now >= walk.closes
  document.title = walk.title
  fillSlots(document, {
    heading: open ? t(over ? "round_missed" : "round_open", { n: open }) : t("round_done"),
    line: `${walk.title} · ${clock(walk.starts, facts.zone)}–${clock(walk.ends, facts.zone)}`,
    on_time: count(walk, "on_time"), late: count(walk, "late"), missed: count(walk, "missed"),
    hazards: done.filter((deed) => deed.kind === "hazard" && deed.at >= walk.opens && deed.at < walk.closes).length,
  })
  document.querySelector("[data-beads]").replaceWith(
    draw(walk.stops.map((stop) => ({ state: beadState(stop, walk.next), number: stop.number })), beadSentence(walk)),
  )
  const askedBy = (kind) => new Set(done.filter((deed) => deed.kind === kind && deed.round === walk.id).map((deed) => deed.place))
  const asked = { excuse: askedBy("excuse"), manual: askedBy("manual_entry") }
  offer(walk, "excuse", "excusable", asked.excuse)
  if (now < walk.closes + ENTER_WITHIN) offer(walk, "manual_entry", "enterable", asked.manual)
  fillRows("stops", walk.stops.flatMap((stop) => [stopRow(facts, stop, asked), ...(over ? [] : lookRows(facts, stop))]))
  const waiting = walk.stops.filter((stop) => stop.local).length
  fillSlots(document, { kept: t("visits_here", { n: waiting, m: walk.done - waiting }) })
  for (const form of document.querySelectorAll("form[data-record]")) {
    form.elements.round.value = walk.id
    form.dataset.next = `/rounds/${walk.id}`
    form.dataset.queueNote = walk.title
  }
  const ended = done.some((deed) => deed.kind === "round_end" && deed.round === walk.id)
  document.querySelector("[data-part=early]").hidden = !open || over || ended
  document.querySelector("[data-part=ended]").hidden = !ended
  document.querySelector("[data-part=go-on]").hidden = !open || over
  document.querySelector("[data-part=home]").hidden = Boolean(open) && !over
}

const count = (walk, state) => walk.stops.filter((stop) => stop.required && stop.state === state).length

// The points that a form may still be about.
function offer(walk, kind, part, asked) {
  const list = document.querySelector(`form[data-record=${kind}] select[name=place]`)
  const points = walk.stops.filter((stop) => ["pending", "missed"].includes(stop.state) && !asked.has(stop.place))
  const before = list.value
  list.replaceChildren(...points.map((stop) => {
    const words = `${stop.number} · ${stop.name}`
    const option = new Option(words, stop.place, false, stop.place === before)
    option.dataset.queueText = words
    return option
  }))
  document.querySelector(`[data-part=${part}]`).hidden = !points.length
}

function stopRow(facts, stop, asked) {
  const own = ownTime(stop, facts.zone)
  const said = [asked.excuse.has(stop.place) && t("excuse_asked"), asked.manual.has(stop.place) && t("manual_asked")].filter(Boolean)
  const open = said.length ? said : [stop.optional && t("optional"), own && t("own_time", { time: own })]
  const meta = (stop.at ? [clock(stop.at, facts.zone), stop.by] : open).filter(Boolean).join(" · ")
  return row(`stop-${stop.state}`, { title: `${stop.number} · ${stop.name}`, meta }, stop.scan ? { url: `/visits/${stop.scan}` } : {})
}

// What is open at a point is one more thing to look at there.
function lookRows(facts, stop) {
  return facts.hazards.filter((one) => one.place === stop.place).map((one) => {
    const url = `/hazards/new?seen_again=${one.id}${stop.scan ? `&scan=${stop.scan}` : ""}`
    return row(`look-${one.severity}`, { title: one.title }, { url, thumb: one.photo })
  })
}
