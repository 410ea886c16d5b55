import assert from "node:assert/strict"
import { test } from "node:test"

import { age, clockFact } from "../../static/js/offline/clock.js"
import { envelope, nest } from "../../static/js/offline/records.js"

// Modules that also open the phone's database are read for their decisions only.
globalThis.self ??= globalThis
const { formFor, lineOf, unnest } = await load("edit")
const { base64, choosePart, fileName } = await load("export")
const { readSettled } = await load("settled")
const { roomState } = await load("room")

const MIN = 60_000

// Its imports of outbox.js and drafts.js are cut off: they need a browser.
async function load(name) {
  const { readFile } = await import("node:fs/promises")
  const file = new URL(`../../static/js/offline/${name}.js`, import.meta.url)
  const text = (await readFile(file, "utf8"))
    .replace(/^import .*(outbox|drafts)\.js"$/gm, "")
    .replaceAll("./clock.js", new URL("../../static/js/offline/clock.js", import.meta.url).href)
  return import(`data:text/javascript,${encodeURIComponent(text)}`)
}

test("a record says the server's clock as the phone last heard it, or that it never did", () => {
  assert.equal(clockFact(undefined), null)
  assert.equal(clockFact({ offset: Number.NaN, heard_at: 0 }), null)
  const told = clockFact({ offset: -360_000, heard_at: Date.parse("2026-03-18T14:41:05Z") })
  assert.equal(told.offset_ms, -360_000)
  assert.equal(Date.parse(told.heard_at), Date.parse("2026-03-18T14:41:05Z"))
})

test("a correction names the record it replaces; others name none", async () => {
  const fields = { id: "1", kind: "scan", user: "u", data: {}, captured_at: "x", monotonic_ms: 1 }
  const plain = await envelope(fields, { seq: 0, hash: null })
  const better = await envelope({ ...fields, replaces: "0" }, { seq: 0, hash: null })
  assert.equal("replaces" in plain.envelope, false)
  assert.equal(plain.envelope.clock, null)
  assert.equal(better.envelope.replaces, "0")
})

test("ages are told in whole units", () => {
  assert.deepEqual(age(0, 10), { unit: "min", n: 1 })
  assert.deepEqual(age(0, 59 * MIN), { unit: "min", n: 59 })
  assert.deepEqual(age(0, 60 * MIN), { unit: "hours", n: 1 })
  assert.deepEqual(age(0, 48 * 60 * MIN), { unit: "days", n: 2 })
})

test("every kind opens in its form, what is one line is written again in place", () => {
  const open = (kind, data, problem) => formFor({ kind, data }, problem)
  assert.equal(open("hazard", { place: "p", scan: "s", note: "x" }), "/hazards/new?place=p&scan=s")
  assert.equal(open("hazard", { place: "p" }, { code: "not_found" }), "/hazards/new?place=")
  assert.equal(open("hazard", { place: "p", seen_again: "h" }), "/hazards/new?seen_again=h")
  assert.equal(open("inspection", { checklist: "c", equipment: "e" }), "/inspections/new?checklist=c&equipment=e")
  assert.equal(open("work_order_step", { order: "o", step: "rectify" }), "/hazards/o?step=rectify")
  assert.equal(open("scan", { code: "x" }), null)
  assert.deepEqual(["scan", "round_note", "visit", "hazard"].map((kind) => lineOf({ kind })), ["code", "text", "note", null])
})

test("what nest() made, unnest() takes apart again; photos go back to their places", () => {
  const fields = [["place", "p"], ["findings.gauge.choice", "low"], ["findings.gauge.remark", "压力"], ["tags[]", "a"], ["tags[]", "b"]]
  const data = nest(fields)
  data.findings.gauge.photos = ["p1"]
  data.signature = ["p2"]
  data.photo_facts = { p1: {} }
  data.version = "3"
  const { fields: again, pictures } = unnest(data, ["p1", "p2"])
  assert.deepEqual(nest(again), nest(fields))
  assert.deepEqual(pictures, [["findings.gauge.photos", "p1"], ["signature", "p2"]])
})

test("a file takes what was never saved first, in order, and never nothing", () => {
  const item = (id, bytes, exported_at) => ({ id, bytes, exported_at })
  const ids = (part) => part.map((one) => one.id).join("")
  assert.equal(ids(choosePart([item("a", 6), item("b", 5), item("c", 1)], 10)), "a")
  assert.equal(ids(choosePart([item("a", 6, "x"), item("b", 5), item("c", 1)], 10)), "bc")
  assert.equal(ids(choosePart([item("a", 6, "x"), item("b", 3, "x")], 10)), "ab")
  assert.equal(ids(choosePart([item("a", 99)], 10)), "a")
})

test("the file is named for whom and when; bytes become base64", () => {
  assert.match(fileName("0217", Date.now()), /^patrol-0217-\d{8}-\d{4}\.json$/)
  assert.match(fileName("../x", 0), /^patrol-x-/)
  assert.match(fileName("", 0), /^patrol-phone-/)
  assert.equal(base64(new Uint8Array([1, 2, 255]).buffer), "AQL/")
  assert.equal(atob(base64(new Uint8Array(100_000).buffer)).length, 100_000)
})

test("only a clear word of the server ends an item", () => {
  const read = (refused) => [...readSettled(["a"], { refused })]
  assert.deepEqual(read({ a: { state: "settled", by: "王芳", note: "已补录" } }), [["a", { icon: "check", note: "王芳：已补录" }]])
  assert.deepEqual(read({ a: { state: "void", by: "", note: "试打" } }), [["a", { icon: "ban", note: "试打" }]])
  assert.deepEqual(read({ a: { state: "stored", by: "", note: "" } }), [["a", { icon: "cloud-check" }]])
  for (const other of [{ state: "open" }, { state: "constructor" }, null, 7]) assert.deepEqual(read({ a: other }), [])
  assert.deepEqual(read({ b: { state: "settled" } }), [])
  for (const body of [null, undefined, [], { refused: null }, "page"]) assert.deepEqual([...readSettled(["a"], body)], [])
})

test("the phone is called full before it is", () => {
  assert.equal(roomState({ usage: 80, quota: 100 }).word, null)
  assert.deepEqual(roomState({ usage: 81, quota: 100, photos: 3 }), { word: "room_tight", percent: 81, photos: 3, free: 0 })
  assert.equal(roomState({ usage: 5, quota: 0 }).word, null, "a browser that tells nothing")
  assert.equal(roomState({ photos: 199 }).word, null)
  assert.equal(roomState({ photos: 200 }).word, "room_photos")
})
