import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { shapes } from "../../static/js/offline/beads.js"
import { duePlaces, dueBy, nextThere, stillDue } from "../../static/js/offline/due.js"
import { assign, chooseRound, dueBy as dueOfStop, judge, matchRound, nextStop, roundState, visitState } from "../../static/js/offline/walk.js"

const read = (name) => JSON.parse(readFileSync(new URL(name, import.meta.url)))
const cases = read("walk_cases.json")
const at = (time) => (time === null ? null : Date.parse(`2026-03-31T${time}:00+08:00`))
const round = (id, { opens, starts, ends, closes, tolerance_min }) => ({
  id, opens: at(opens), starts: at(starts), ends: at(ends), closes: at(closes), tolerance: tolerance_min * 60_000,
})
const rounds = Object.entries(cases.rounds).map(([id, times]) => round(id, times))
const overlapping = [
  round("early", { opens: "20:00", starts: "20:00", ends: "20:30", closes: "22:00", tolerance_min: 0 }),
  round("late", { opens: "20:30", starts: "21:30", ends: "22:00", closes: "23:00", tolerance_min: 0 }),
]

for (const { why, round: name, scans, now, window, excused, ...expected } of cases.visits) {
  test(`visit: ${why}`, () => {
    const found = visitState(rounds.find((one) => one.id === name), scans.map(at), at(now), window?.map(at), excused)
    assert.deepEqual(found, { state: expected.state, at: at(expected.at) })
  })
}

for (const { why, round: name, window, now, by } of cases.due) {
  test(`due: ${why}`, () => {
    assert.equal(dueOfStop(rounds.find((one) => one.id === name), at(now), { window: window?.map(at) }), at(by))
  })
}

for (const { why, at: time, walking, round: expected } of cases.matches) {
  test(`match: ${why}`, () => assert.equal(matchRound(rounds, at(time), new Set(walking))?.id ?? null, expected))
}

for (const { why, at: time, walking, round: expected } of cases.overlapping) {
  test(`match: ${why}`, () => assert.equal(matchRound(overlapping, at(time), new Set(walking))?.id ?? null, expected))
}

// A make-up round over what the others hold too, an hour long.
const madeUp = (starts) => ({ id: "made_up", make_up: true, opens: at(starts), starts: at(starts), ends: at(starts), tolerance: 0,
  closes: at(starts) + 3_600_000 })

for (const { why, made_up: starts, at: time, walking, reached, round: expected } of cases.made_up) {
  test(`make-up: ${why}`, () => {
    const reachedOn = new Set(reached ? ["made_up"] : [])
    assert.equal(matchRound([madeUp(starts), ...rounds], at(time), new Set(walking), reachedOn)?.id ?? null, expected)
  })
}

test("a place is given to the make-up once, then to the planned round, and a second tap to neither anew", () => {
  const stops = [{ place: "a" }, { place: "b" }]
  const two = [{ ...madeUp("21:40"), stops }, { ...rounds[1], stops }]
  const homes = assign(two, [["s1", "a", "21:42"], ["s2", "a", "21:43"], ["s3", "a", "21:50"], ["s4", "b", "22:10"]]
    .map(([id, place, time]) => ({ id, place, at: at(time) })), "u1")
  assert.deepEqual(["s1", "s2", "s3", "s4"].map((id) => homes.get(id).id), ["made_up", "made_up", "twentytwo", "made_up"])

  const known = [{ ...madeUp("21:40"), stops: [{ place: "a", scans: [["s0", at("21:41"), "u2", "Li"]] }] }, { ...rounds[1], stops }]
  assert.equal(assign(known, [{ id: "s1", place: "a", at: at("21:42") }], "u1").get("s1").id, "twentytwo")
})

for (const { why, visits, any, now, state } of cases.states) {
  test(`round: ${why}`, () => {
    assert.equal(roundState(visits.map((one) => ({ state: one })), at(now), rounds[0].closes, any), state)
  })
}

for (const { why, stops, next } of cases.next) {
  test(`next: ${why}`, () => {
    const told = stops.map(([state, time], i) => ({ state, at: at(time), number: i + 1, required: true }))
    assert.equal(nextStop(told)?.number ?? null, next)
  })
}

// A round of two points; the second was scanned by a colleague before the pack was made.
const night = { ...rounds[0], title: "night", stops: [
  { place: "a", name: "gate" }, { place: "b", name: "roof", scans: [["s1", at("20:05"), "u2", "Li"]] },
] }

test("a scan that a supervisor made void counts no more, though this phone still holds it", () => {
  const gone = { ...night, stops: [{ ...night.stops[0], void: ["s2"] }, night.stops[1]] }
  const walk = judge(gone, [{ id: "s2", place: "a", at: at("20:10"), user: "u1", name: "Wang" }], at("20:20"))

  assert.deepEqual(walk.stops.map((stop) => stop.state), ["pending", "on_time"])
})

test("what this phone scanned counts beside what the pack knows", () => {
  const walk = judge(night, [{ id: "s2", place: "a", at: at("20:10"), user: "u1", name: "Wang" }], at("20:20"))

  assert.equal(walk.state, "completed")
  assert.deepEqual(walk.stops.map((stop) => [stop.state, stop.by, stop.local]), [["on_time", "Wang", true], ["on_time", "Li", false]])
  assert.deepEqual(walk.people.sort(), ["u1", "u2"])
})

test("a stop's own time is judged in its round", () => {
  const own = { ...night, stops: [{ place: "a", name: "gate", window: [at("20:30"), at("20:45")] }] }
  const state = (time) => judge(own, [{ id: "s2", place: "a", at: at(time), user: "u1" }], at("20:50")).stops[0].state

  assert.deepEqual(["20:29", "20:40", "20:46"].map(state), ["pending", "on_time", "late"])
})

test("a scan the server has answered meanwhile is not counted twice", () => {
  const walk = judge(night, [{ id: "s1", place: "b", at: at("20:05"), user: "u2", name: "Li" }], at("20:20"))

  assert.equal(walk.stops[1].all.length, 1)
  assert.equal(walk.stops[1].local, false)
})

test("a replaced label counts for no round", () => {
  const homes = assign([night], [{ id: "s2", place: "a", at: at("20:10"), replaced: true }], "u1")

  assert.equal(homes.get("s2"), null)
})

test("the round one walks comes before one nobody walks, and before a colleague's", () => {
  const walk = (id, people, state = "in_progress") => ({ ...rounds[0], id, people, state })
  const choose = (...walks) => chooseRound(walks, "u1", at("20:20"))?.id

  assert.equal(choose(walk("theirs", ["u2"]), walk("free", []), walk("mine", ["u1"])), "free")
  assert.equal(choose(walk("theirs", ["u2"]), walk("mine", ["u1"])), "mine")
  assert.equal(choose(walk("done", ["u2"], "completed"), walk("theirs", ["u2"])), "theirs")
  assert.equal(chooseRound([walk("free", [])], "u1", at("21:36")), null)
})

test("beads are drawn as the server draws them", () => {
  // the same numbers are asked of the server's picture in tests/web/test_twins.py
  for (const states of read("bead_cases.json")) {
    const text = JSON.stringify(shapes(states.map((state, i) => ({ state, number: i + 1 }))))
    assert.equal(text.match(/"bead bead--/g).length, Math.min(states.length, states.length > 14 ? 10 : 14))
  }
})

const due = [
  { list: "gauge", list_id: "l1", equipment: "e1", place: "a" },
  { list: "gauge", list_id: "l1", equipment: "e2", place: "a" },
  { list: "room", list_id: "l2", place: "a" },
]

test("what was filled here is due no more, whether its list is named by code or by version", () => {
  const filled = [{ kind: "inspection", checklist: "l1", equipment: "e1", place: "a" }, { kind: "inspection", checklist: "room", place: "a" }]

  assert.deepEqual(stillDue({ due }, filled).map((one) => one.equipment), ["e2"])
  assert.equal(stillDue({ due }, [{ ...filled[0], look: true }]).length, 3)
  const whole = { list: "month", list_id: "l3", place: "a", anywhere: true }
  assert.deepEqual(stillDue({ due: [whole] }, [{ kind: "inspection", checklist: "l3", place: "gate" }]), [])
})

test("what was sent before the pack was made is in the pack, so a phone does not hide next month's behind it", () => {
  const deed = { kind: "inspection", checklist: "l1", equipment: "e1", place: "a", sent: true, gone: 1_000_000 }

  assert.deepEqual(stillDue({ due, made_at: 1_050_000 }, [deed]).map((one) => one.equipment), ["e2", undefined])
  assert.equal(stillDue({ due, made_at: 9_000_000 }, [deed]).length, 3)
  assert.equal(stillDue({ due, made_at: 9_000_000 }, [{ ...deed, sent: false, gone: null }]).length, 2)
})

test("units of one list in one room stand in one line, and one leads to the next", () => {
  assert.deepEqual(duePlaces(due).map(({ next, left }) => [next.list, left]), [["gauge", 2], ["room", 1]])
  assert.equal(nextThere(due, due, due[0]).equipment, "e2")
  assert.equal(nextThere(due, due, due[1]).equipment, "e1")
  assert.equal(nextThere(due, [due[2]], due[0]).list, "room")
  assert.equal(dueBy(due, new URLSearchParams("checklist=gauge&equipment=e2")), due[1])
  assert.equal(dueBy(due, new URLSearchParams("checklist=room&place=a")), due[2])
  assert.equal(dueBy(due, new URLSearchParams("checklist=room&place=b")), null)
})

test("after a room its floor comes up, on from here, and nobody is sent back to what was left out", () => {
  const bottle = (equipment, place, more) => ({ list: "gauge", list_id: "l1", equipment, place, above: [place, "floor", "block"], ...more })
  const floor = [bottle("e1", "a"), bottle("e2", "b"), bottle("e3", "c"), bottle("e4", "d", { above: ["d", "other floor", "block"] }),
    { list: "door", list_id: "l2", place: "floor", above: ["floor", "block"] }, bottle("e6", "e", { others: true })]

  assert.equal(nextThere(floor, floor, floor[1]), floor[2])
  assert.equal(nextThere(floor, floor.filter((one) => one !== floor[2]), floor[1]), floor[0])
  assert.equal(nextThere(floor, [floor[3], floor[4], floor[5]], floor[2]), floor[4])
  assert.equal(nextThere(floor, [floor[3], floor[5]], floor[2]), null)
})
