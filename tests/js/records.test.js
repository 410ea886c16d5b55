import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { test } from "node:test"

import { canonical, envelope, makeUuid7, nest, sha256 } from "../../static/js/offline/records.js"
import { digest } from "../../static/js/offline/sha256.js"

const shared = (name) => JSON.parse(readFileSync(new URL(name, import.meta.url), "utf8"))

for (const { name, entries, data } of shared("nest_cases.json")) {
  test(`form fields: ${name}`, () => assert.deepEqual(nest(entries), data))
}

test("a field called __proto__ pollutes nothing", () => {
  nest([["__proto__.polluted", "yes"], ["constructor.prototype.polluted", "yes"]])
  assert.equal({}.polluted, undefined)
})

for (const { value, text } of shared("canonical_cases.json")) {
  test(`a record is written the same everywhere: ${text}`, () => assert.equal(canonical(value), text))
}

test("ids are version 7, carry the time and always grow", () => {
  const moment = Date.UTC(2026, 2, 18, 14, 41)
  let now = moment
  const make = makeUuid7(() => now)
  const ids = Array.from({ length: 5000 }, () => make())
  now = moment - 60_000 // somebody set the clock back
  ids.push(...Array.from({ length: 5000 }, () => make()))

  assert.deepEqual(ids, [...new Set(ids)].sort())
  for (const id of ids) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  assert.equal(parseInt(ids[0].replaceAll("-", "").slice(0, 12), 16), moment)
})

test("our own SHA-256 agrees with the standard one at every block border", () => {
  for (const length of [0, 1, 3, 55, 56, 63, 64, 65, 119, 120, 1000, 70_000]) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 31 + length) & 255)
    const expected = createHash("sha256").update(bytes).digest("hex")
    assert.equal(Buffer.from(digest(bytes)).toString("hex"), expected, `length ${length}`)
  }
})

test("each record carries the hash of the one before it", async () => {
  const fields = { kind: "scan", user: "u", data: { code: "X" }, captured_at: "2026-03-18T22:41:00.000+08:00", monotonic_ms: 5 }
  const first = await envelope({ id: "1", ...fields }, { seq: 0, hash: null })
  const second = await envelope({ id: "2", ...fields }, first.chain)

  assert.equal(first.envelope.seq, 1)
  assert.equal(first.envelope.prev, null)
  assert.equal(second.envelope.seq, 2)
  assert.equal(second.envelope.prev, await sha256(canonical(first.envelope)))
  assert.equal(second.envelope.prev, createHash("sha256").update(canonical(first.envelope)).digest("hex"))
})
