import assert from "node:assert/strict"
import { test } from "node:test"

import { gapWord, judge, lowest, progress, someOf } from "../../static/js/offline/findings.js"

test("a row is judged by what its kind allows", () => {
  assert.equal(judge({ kind: "result" }), "empty")
  assert.equal(judge({ kind: "result", value: "na" }), "na")
  assert.equal(judge({ kind: "result", value: "odd" }), "empty")
  assert.equal(judge({ kind: "choice", value: "low", fails: true }), "fail")
  assert.equal(judge({ kind: "choice", value: "green" }), "pass")
  assert.equal(judge({ kind: "text", value: "  " }), "empty")
  assert.equal(judge({ kind: "text", value: "甲" }), "pass")
})

test("a number outside its limits fails, on the limit it passes", () => {
  const number = (value, min, max) => judge({ kind: "number", value, min, max })
  assert.equal(number("0.39", "0.4", "0.6"), "fail")
  assert.equal(number("0.4", "0.4", "0.6"), "pass")
  assert.equal(number("0.6", "0.4", "0.6"), "pass")
  assert.equal(number("0.61", "0.4", "0.6"), "fail")
  assert.equal(number("-3", undefined, "0"), "pass")
  assert.equal(number("0", "0", ""), "pass")
  assert.equal(number("", "0", "1"), "empty")
  assert.equal(number("abc", "0", "1"), "empty")
})

test("of several numbers the lowest counts, once all are there", () => {
  assert.equal(lowest(["31", "30", "27"]), "27")
  assert.equal(judge({ kind: "number", value: lowest(["31", "30", "27"]), min: "30" }), "fail")
  assert.equal(lowest(["31", "", "27"]), "")
  assert.equal(judge({ kind: "number", value: lowest(["31", "x", "27"]), min: "30" }), "empty")
  assert.equal(lowest(["0,42"]), "0.42")
})

test("a row counts once it has what its answer calls for, and a checklist says what is missing", () => {
  const row = (state, more) => ({ state, required: true, lacks: false, ...more })
  const rows = [row("fail", { lacks: true }), row("pass"), row("empty"), row("empty", { required: false }), row("fail")]
  const open = progress(rows, false)

  assert.deepEqual(open, { done: 2, total: 5, open: [0, 2], failed: [0, 4], sign: true })
  assert.deepEqual(gapWord(open), { key: "left_items_sign", n: 2 })
  assert.deepEqual(gapWord(progress(rows, true)), { key: "left_items", n: 2 })
  assert.deepEqual(gapWord(progress([row("na")], false)), { key: "left_sign", n: 0 })
  assert.equal(gapWord(progress([row("na")], null)), null)
})

test("of a group at least one fails and never more than there are", () => {
  const told = ["1", " 24 ", "0", "25", "", "-1", "2.0", "二", "1e1"].map((text) => someOf(text, "24"))
  assert.deepEqual(told, [true, true, false, false, false, false, false, false, false])
})
