// The hero card of Today, drawn on the phone: the round under way by the pack and by what was scanned here since.
import { t } from "../app.js"
import { draw } from "./beads.js"
import { fillSlots } from "./slots.js"
import { assign, beadState, chooseRound, dueBy, judge } from "./walk.js"
import { beadSentence, clock, ownTime } from "./words.js"

// Every round of the pack judged at `now` with this phone's scans counted in. -> [judged round]
export function judgeAll(facts, scans, now) {
  const homes = assign(facts.rounds, scans, facts.user)
  return facts.rounds.map((round) => judge(round, scans.filter((scan) => homes.get(scan.id) === round), now))
}

// -> a node: the card of the round to walk now, or of none.
export function heroCard(facts, scans, now, wanted) {
  const walk = chooseRound(judgeAll(facts, scans, now), facts.user, now, wanted)
  return walk ? roundCard(facts, walk, now) : noRound(facts, now)
}

function roundCard(facts, walk, now) {
  const card = document.getElementById("hero-round").content.cloneNode(true).firstElementChild
  const until = now < walk.ends ? walk.ends : walk.closes
  const { next } = walk
  const own = next ? ownTime(next, facts.zone) : ""
  const hint = now > dueBy(walk, walk.opens, next) ? "next_hint_late" : own ? "next_hint_own" : "next_hint"
  fillSlots(card, {
    title: walk.title, time: `${clock(walk.starts, facts.zone)}–${clock(walk.ends, facts.zone)}`, done: walk.done, total: walk.total,
    left: Math.max(0, Math.floor((until - now) / 60_000)), number: next?.number, name: next?.name,
    hint: next ? t(hint, { time: hint === "next_hint_own" ? own : clock(dueBy(walk, now, next), facts.zone), n: next.walk }) : "",
  })
  card.setAttribute("aria-label", walk.title)
  card.querySelector(".hero__title a").href = `/rounds/${walk.id}`
  if (!next) card.querySelector(".hero__next").remove()
  if (now < walk.starts) card.querySelector("[data-slot=left]").closest(".hero__figures > span:last-child").remove()
  card.querySelector("[data-beads]").replaceWith(
    draw(walk.stops.map((stop) => ({ state: beadState(stop, next), number: stop.number })), beadSentence(walk)),
  )
  return card
}

function noRound(facts, now) {
  const card = document.getElementById("hero-none").content.cloneNode(true).firstElementChild
  const coming = facts.rounds.filter((round) => round.opens > now).sort((a, b) => a.opens - b.opens)[0]
  if (coming) fillSlots(card, { route: coming.route, starts: t("starts_at", { time: clock(coming.starts, facts.zone) }) })
  card.querySelector(`[data-part=${coming ? "nothing" : "upcoming"}]`).remove()
  return card
}
