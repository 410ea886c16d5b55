// Which step of a repair the phone asks for next, after what was done on it without signal.
import assert from "node:assert/strict"
import { test } from "node:test"
import { nextStep } from "../../static/js/offline/repair.js"

test("the page as it was made", () => assert.equal(nextStep("visit", []), "visit"))
test("one after the other, then nothing", () => {
  assert.equal(nextStep("visit", ["visit"]), "done")
  assert.equal(nextStep("visit", ["visit", "done"]), "sign")
  assert.equal(nextStep("visit", ["visit", "done", "sign"]), null)
})
test("waiting for parts means another visit", () => assert.equal(nextStep("visit", ["visit", "wait_parts"]), "visit"))
test("what was done before the page was made does not lead back", () => assert.equal(nextStep("sign", ["visit", "done"]), "sign"))
test("a page that asks for none of them", () => assert.equal(nextStep(null, ["visit"]), null))
