// The arrival: which point, on time or not, what to look at, what is open and due here, who was here before.
// Reached as /kept/visit#scan=<id>, /visits/<id>, or /c/<code> when a label was opened by the phone's own camera.
import { t } from "../app.js"
import { foldCode } from "../offline/code.js"
import { duePlaces, stillDue } from "../offline/due.js"
import { judgeAll } from "../offline/hero.js"
import { idFrom } from "../offline/kept.js"
import { deeds, scansOf } from "../offline/local.js"
import { placeOf } from "../offline/pack.js"
import { fillRows, fillSlots, row } from "../offline/slots.js"
import { clock, verdict } from "../offline/words.js"

export async function fill(facts, now) {
  const done = await deeds()
  const scans = await scansOf(facts, done)
  const arrival = (await byScan(facts, scans)) ?? (await byLabel(facts))
  const place = arrival && facts.places[arrival.place]
  document.querySelector("[data-part=unknown]").hidden = Boolean(place)
  document.querySelector("[data-part=known]").hidden = !place
  if (!place) return
  const walks = judgeAll(facts, scans, now)
  const home = arrival.at ? walks.find((walk) => walk.stops.some((stop) => stop.all.some((scan) => scan.id === arrival.id))) : null
  const stop = home?.stops.find((one) => one.place === arrival.place) ?? null
  banner(facts, arrival, place, home, stop)
  fillRows("look", place.look.map(([what, good, icon]) => row("look", { what, good }, { icon })))
  fillRows("hazards", facts.hazards.filter((one) => one.place === arrival.place).map((one) => hazardRow(one, arrival)))
  fillRows("due", duePlaces(stillDue(facts, done).filter((one) => one.above.includes(arrival.place))).map(dueRow))
  if (place.last) {
    const [at, name, normal] = place.last
    document.querySelector("[data-part=last]").hidden = false
    fillSlots(document.querySelector("[data-part=last]"), { last: t(normal ? "last_normal" : "last_here", { time: clock(at, facts.zone), name }) })
  }
  asks(arrival, stop, facts, done)
  forms(arrival, place, home)
}

// The question drawn for this round and the live photo, unless this phone has answered for this scan already.
function asks(arrival, stop, facts, done) {
  const said = done.some((deed) => deed.kind === "visit" && deed.scan === arrival.id)
  const own = arrival.at && (arrival.user ?? facts.user) === facts.user && !said
  const [question, text, options] = (own && stop?.ask) || []
  document.querySelector("[data-part=question-here]").hidden = !question
  document.querySelector("[data-part=live-here]").hidden = !(own && stop?.live)
  const form = document.getElementById("visit-form")
  form.elements.question.value = question ?? ""
  if (!question || document.querySelector("[data-rows=options]").children.length) return
  fillSlots(document, { question: text })
  fillRows("options", options.map((words, choice) => {
    const chip = row("option", { words })
    chip.querySelector("input").value = String(choice)
    return chip
  }))
}

async function byScan(facts, scans) {
  const id = idFrom("scan")
  if (!id) return null
  const mine = scans.find((scan) => scan.id === id)
  if (mine) return mine
  for (const round of facts.rounds) {
    for (const stop of round.stops) {
      const found = (stop.scans ?? []).find(([scan]) => scan === id)
      if (found) return { id, place: stop.place, at: found[1], user: found[2] }
    }
  }
  return null
}

// Opened by its address only: nothing is recorded until the button says so.
async function byLabel(facts) {
  const code = foldCode(/^\/c\/([^/]+)/i.exec(location.pathname)?.[1] ?? "")
  const found = code && (await placeOf(facts, code))
  return found ? { ...found, code, at: null } : null
}

function banner(facts, arrival, place, walk, stop) {
  const time = arrival.at ? clock(arrival.at, facts.zone) : ""
  const arrived = stop ? t("arrived_point", { time, n: stop.number }) : t("arrived", { time })
  document.title = place.name
  fillSlots(document, { name: place.name, line: arrival.at ? `${arrived} · ${verdict(walk, stop, arrival, facts.zone)}` : t("not_yet") })
}

function hazardRow(one, arrival) {
  const scan = arrival.at ? `&scan=${arrival.id}` : ""
  const url = `/hazards/new?seen_again=${one.id}${scan}`
  return row(`hazard-${one.severity}`, { title: one.title, meta: one.number, state: one.state }, { url, thumb: one.photo })
}

function dueRow({ next, left }) {
  const title = left > 1 ? t("due_several", { title: next.title, n: left }) : next.title
  const meta = [left === 1 ? next.code : "", t("due_about", { n: next.items, m: next.minutes })].filter(Boolean).join(" · ")
  return row("due", { title, meta }, { icon: next.icon, url: next.url, hide: next.urgent ? [] : ["urgent"] })
}

function forms(arrival, place, walk) {
  const [result, checkIn] = ["visit", "scan"].map((kind) => document.querySelector(`form[data-record=${kind}]`))
  result.hidden = !arrival.at
  checkIn.hidden = Boolean(arrival.at)
  for (const form of [result, checkIn]) form.dataset.queueNote = place.name
  const report = document.querySelector("[data-part=report]")
  const work = document.querySelector("[data-part=work]")
  if (work) work.href = `/work-logs/new?place=${arrival.place}`
  if (!arrival.at) {
    checkIn.elements.code.value = arrival.code
    checkIn.dataset.fact = JSON.stringify({ place: arrival.place, replaced: arrival.replaced })
    report.href = `/hazards/new?place=${arrival.place}`
    return
  }
  result.elements.scan.value = arrival.id
  stormPhoto(result, place, walk, walk?.stops.find((one) => one.place === arrival.place))
  const more = walk?.next && walk.next.place !== arrival.place
  result.dataset.next = walk && !more ? `/rounds/${walk.id}` : "/today"
  fillSlots(result, { go: t(more ? "fine_next" : "fine") })
  report.href = `/hazards/new?place=${arrival.place}&scan=${arrival.id}`
}

// Before and after a storm a photo is asked for; the later one is held against the earlier.
function stormPhoto(form, place, walk, stop) {
  for (const part of form.querySelectorAll("[data-storm]")) {
    part.hidden = part.disabled = part.dataset.storm !== walk?.phase
    const picker = part.querySelector("[data-behaviour~=photo-picker]")
    picker.dataset.where = place.name
    picker.dataset.ghost = (part.dataset.storm === "after" && stop?.before) || ""
  }
}
