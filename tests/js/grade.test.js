import assert from "node:assert/strict"
import { test } from "node:test"

import { gradeOf } from "../../static/js/grade.js"

const WECHAT = "Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0.50"

for (const [where, given, grade, reason] of [
  ["https with a worker", { secure: true, worker: "there" }, "a", null],
  ["a worker that could not be asked for, for want of signal", { secure: true, worker: "unknown" }, "a", null],
  ["a certificate that was clicked away", { secure: true, worker: "refused" }, "b", "certificate"],
  ["a browser without workers", { secure: true, worker: "none" }, "b", "browser"],
  ["WeChat, whatever it says it can", { secure: true, worker: "there", agent: WECHAT }, "b", "wechat"],
  ["plain http", { secure: false, worker: "none" }, "c", "http"],
  ["plain http inside WeChat", { secure: false, worker: "none", agent: WECHAT }, "c", "wechat"],
]) {
  test(`${where}: ${grade}${reason ? `, because of ${reason}` : ""}`, () => {
    assert.deepEqual(gradeOf(given), { grade, reason })
  })
}
