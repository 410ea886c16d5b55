import assert from "node:assert/strict"
import { test } from "node:test"

import {
  batches, nextWait, photoVerdict, readRetryAfter, readSession, resultsFor, verdict, waitingToTell,
} from "../../static/js/offline/verdict.js"
import { pillState } from "../../static/js/behaviours/outbox-pill.js"

const problem = (code) => ({ problem: { code, text: "Words" } })

test("only our server's own words are an answer", () => {
  assert.equal(verdict(200, { results: [] }), "answered")
  assert.equal(verdict(200, null), "later", "a hotel's log-in page")
  assert.equal(verdict(200, []), "later")
  assert.equal(verdict(204, null), "later")
  assert.equal(verdict(0, null), "later", "no answer, or a redirect that was not followed")
  assert.equal(verdict(302, null), "later")
})

test("a failure that may pass is tried again, one that cannot goes to a person", () => {
  assert.equal(verdict(401, null), "sign-in")
  assert.equal(verdict(401, problem("signed_out")), "sign-in")
  for (const status of [408, 425, 429, 500, 502, 503, 507]) assert.equal(verdict(status, problem("busy")), "later")
  for (const status of [400, 403, 404, 409, 415, 422]) assert.equal(verdict(status, problem("no")), "refused")
  assert.equal(verdict(403, null), "later", "a proxy's refusal is not the server's")
  assert.equal(verdict(400, problem("csrf.stale")), "later", "the next session brings a fresh token")
  assert.equal(verdict(413, null), "too-big")
})

test("a photo is sent when the answer names it", () => {
  assert.equal(photoVerdict(201, { id: "a" }, "a"), "sent")
  assert.equal(photoVerdict(200, { id: "a", status: "known" }, "a"), "sent")
  assert.equal(photoVerdict(200, { id: "b" }, "a"), "later")
  assert.equal(photoVerdict(422, problem("photo.unreadable"), "a"), "refused")
  assert.equal(photoVerdict(413, problem("photo.too_big"), "a"), "refused")
  assert.equal(photoVerdict(413, null, "a"), "later")
  assert.equal(photoVerdict(507, problem("disk.full"), "a"), "later")
})

test("every record of a batch gets a verdict, and what is unclear stays", () => {
  const answers = resultsFor(["a", "b", "c", "d", "e"], {
    results: [
      { id: "a", status: "stored", url: "/hazards/1" },
      { id: "b", status: "refused", ...problem("place.unknown") },
      { id: "c", status: "refused" },
      { id: "d", status: "perhaps" },
      { id: "x", status: "stored" },
      null,
    ],
  })

  assert.deepEqual(answers.get("a"), { status: "stored", problem: null, url: "/hazards/1" })
  assert.deepEqual(answers.get("b").problem, { code: "place.unknown", text: "Words" })
  for (const id of ["c", "d", "e"]) assert.equal(answers.get(id).status, "later")
  assert.equal(answers.has("x"), false)
  assert.equal(resultsFor(["a"], { results: "no" }).get("a").status, "later")
})

test("an answer cannot send anybody to another site", () => {
  const url = (given) => resultsFor(["a"], { results: [{ id: "a", status: "stored", url: given }] }).get("a").url
  assert.equal(url("/c/1"), "/c/1")
  for (const bad of ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", 5, null]) {
    assert.equal(url(bad), null)
  }
})

test("a session is taken only when it is whole", () => {
  const whole = { user: { id: "u" }, site: "s", csrf_token: "t", server_time: "2026-03-18T14:41:00Z" }
  assert.deepEqual(readSession(whole), { user: "u", site: "s", csrf: "t", now: Date.UTC(2026, 2, 18, 14, 41) })
  assert.equal(readSession({ ...whole, user: "u" }).user, "u")
  for (const gap of ["user", "csrf_token", "server_time"]) assert.equal(readSession({ ...whole, [gap]: undefined }), null)
  assert.equal(readSession("<html>"), null)
})

test("waits grow from 30 seconds to 5 minutes, and the server may ask for more", () => {
  assert.deepEqual([0, 1, 2, 3, 4, 5, 50].map((n) => nextWait(n) / 1000), [30, 30, 60, 120, 240, 300, 300])
  assert.equal(nextWait(1, 600_000), 600_000)
  assert.equal(nextWait(5, 1000), 300_000)
})

test("Retry-After is read as seconds or as a date", () => {
  const now = Date.UTC(2026, 2, 18, 14, 0)
  assert.equal(readRetryAfter("120", now), 120_000)
  assert.equal(readRetryAfter("Wed, 18 Mar 2026 14:00:30 GMT", now), 30_000)
  for (const odd of [null, "", "soon", "-5", "Wed, 18 Mar 2020 14:00:30 GMT"]) assert.equal(readRetryAfter(odd, now), 0)
  assert.equal(readRetryAfter("99999999", now), 86_400_000)
})

test("batches keep the order and both limits", () => {
  const records = Array.from({ length: 450 }, (_, i) => ({ i }))
  assert.deepEqual(batches(records).map((batch) => batch.length), [200, 200, 50])
  assert.deepEqual(batches(records).flat(), records)
  assert.deepEqual(batches([{ a: "x".repeat(60) }, { a: "y".repeat(60) }, { a: "z" }], 200, 100).map((b) => b.length), [1, 2])
  assert.deepEqual(batches([]), [])
})

test("the pill says the most pressing thing that is true", () => {
  const calm = { progress: null, online: true, look: 0, waiting: 0 }
  assert.equal(pillState(calm), "sent")
  assert.equal(pillState({ ...calm, waiting: 3 }), "stored")
  assert.equal(pillState({ ...calm, waiting: 3, look: 1 }), "look")
  assert.equal(pillState({ ...calm, waiting: 3, online: false }), "offline")
  assert.equal(pillState({ ...calm, online: false, progress: { done: 1, total: 2 } }), "sending")
})

test("old records that wait are told of, once for each number of them, and again when they are gone", () => {
  const now = Date.UTC(2026, 2, 18, 12)
  const rows = [{ at: now - 11 * 60_000 }, { at: now - 1000 }]

  assert.deepEqual(waitingToTell(rows, 0, now), { count: 2, oldest: "2026-03-18T11:49:00.000Z" })
  assert.equal(waitingToTell(rows, 2, now), null)
  assert.deepEqual(waitingToTell(rows.slice(0, 1), 2, now), { count: 1, oldest: "2026-03-18T11:49:00.000Z" })
  assert.equal(waitingToTell([{ at: now - 1000 }], 0, now), null)
  assert.equal(waitingToTell([], 0, now), null)
  assert.deepEqual(waitingToTell([], 1, now), { count: 0, oldest: null })
})
