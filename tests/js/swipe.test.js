import assert from "node:assert/strict"
import { test } from "node:test"
import { swipe } from "../../static/js/behaviours/photo-keys.js"

test("a finger drawn to the left goes on to the older photo, to the right back to the newer", () => {
  assert.equal(swipe(-90, 10), "ArrowRight")
  assert.equal(swipe(90, -10), "ArrowLeft")
})

test("a short way, a steep one and a tap turn no page", () => {
  for (const way of [[0, 0], [59, 0], [-80, 50], [10, 300]]) assert.equal(swipe(...way), "")
})
