import assert from "node:assert/strict"
import { test } from "node:test"

import { progress } from "../../static/js/behaviours/upload-progress.js"

test("while bytes are under way their share is shown, rounded down", () => {
  assert.deepEqual(progress(0, 1000), { state: "sending", percent: 0 })
  assert.deepEqual(progress(999, 1000), { state: "sending", percent: 99 })
})

test("once all are there, or their number is not known, it says that they are looked at", () => {
  assert.deepEqual(progress(1000, 1000), { state: "looking", percent: null })
  assert.deepEqual(progress(10, 0), { state: "looking", percent: null })
})
