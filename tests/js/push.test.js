import assert from "node:assert/strict"
import test from "node:test"
import { bytes, pushState } from "../../static/js/behaviours/push-switch.js"

const here = { secure: true, agent: "Chrome Android", standalone: false, able: true, permission: "default", worker: true, subscribed: false }

test("what stands in the way of push is said in the order in which it can be mended", () => {
  const cases = [
    [{}, "off"],
    [{ subscribed: true, permission: "granted" }, "on"],
    [{ subscribed: true }, "off"],
    [{ permission: "denied" }, "denied"],
    [{ worker: false }, "worker"],
    [{ able: false }, "unsupported"],
    [{ secure: false, able: false }, "insecure"],
    [{ agent: "iPhone; CPU iPhone OS 17_5", able: false }, "ios"],
    [{ agent: "iPhone; CPU iPhone OS 17_5", standalone: true }, "off"],
    [{ agent: "iPhone MicroMessenger/8.0", secure: false }, "wechat"],
  ]
  for (const [given, state] of cases) assert.equal(pushState({ ...here, ...given }), state, JSON.stringify(given))
})

test("the server's key comes as base64url without padding", () => {
  assert.deepEqual([...bytes("BAEC-_8")], [4, 1, 2, 251, 255])
})
