import assert from "node:assert/strict"
import { test } from "node:test"

import { clockWasSet, isoWithZone, monotonic, offsetFrom } from "../../static/js/offline/clock.js"

test("a time carries the phone's own zone", () => {
  const moment = Date.UTC(2026, 2, 18, 14, 41, 5, 123)
  assert.equal(isoWithZone(moment, 480), "2026-03-18T22:41:05.123+08:00")
  assert.equal(isoWithZone(moment, 0), "2026-03-18T14:41:05.123+00:00")
  assert.equal(isoWithZone(moment, -210), "2026-03-18T11:11:05.123-03:30")
  assert.equal(Date.parse(isoWithZone(moment, 345)), moment)
})

test("the offset to the server takes off half the round trip", () => {
  assert.equal(offsetFrom(10_500, 9_000, 10_000), 1000)
  assert.equal(offsetFrom(9_500, 9_000, 10_000), 0)
})

test("a clock set by hand shows against the steady one", () => {
  const steady = monotonic({ timeOrigin: 1_000_000.4, now: () => 250.3 })
  assert.equal(steady, 1_000_251)
  assert.equal(clockWasSet(steady + 119_000, steady), false)
  assert.equal(clockWasSet(steady - 121_000, steady), true)
})
