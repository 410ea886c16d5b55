// Empties the outbox: a fresh session, then records and photos, one tab at a time. A failure of one item never
// holds up another; nothing leaves the phone before the server has surely answered for it.
import { offsetFrom } from "./clock.js"
import { alone, change, currentUser, database, isOfSite, items, meta, onChange, photoSent, setMeta, setStatus, tell } from "./outbox.js"
import { uuid7 } from "./records.js"
import { learnSettled } from "./settled.js"
import { batches, nextWait, photoVerdict, problemOf, readRetryAfter, readSession, resultsFor, verdict, waitingToTell } from "./verdict.js"

const PATIENCE = { session: 10_000, records: 30_000, photo: 120_000 }
let started = false
let running = null
let again = false
let failures = 0
let timer = 0
let hurried = false // somebody tapped: that goes over the server's Retry-After

export function start() {
  if (started) return
  started = true
  addEventListener("online", () => flushSoon())
  document.addEventListener("visibilitychange", () => { if (!document.hidden) flushSoon() })
  onChange((message) => { if (message.type === "changed" && !timer) plan(0) })
  flushSoon()
}

// Tries now. Calls during a run make one more run; what is answered waits for that one too.
export function flushSoon({ byHand = false } = {}) {
  start()
  hurried ||= byHand
  clearTimeout(timer)
  timer = 0
  if (running) { again = true; return running }
  running = run().finally(() => {
    running = null
    if (!again) return null
    again = false
    return flushSoon()
  })
  return running
}

// For the service worker: one run. Rejects while something is left, so that the browser calls again.
export async function sendFromWorker() {
  const { left } = await alone("outbox", () => flush(false))
  if (left) throw new Error("not everything is sent yet")
}

async function run() {
  let outcome
  const over = hurried
  hurried = false
  try {
    outcome = await alone("outbox", () => flush(over))
  } catch (error) {
    console.error(error)
    outcome = { left: true }
  }
  if (!outcome.left) { failures = 0; return }
  failures = outcome.progress ? 1 : failures + 1
  if (!again) plan(outcome.retryAfter ?? 0)
}

function plan(retryAfter) {
  clearTimeout(timer)
  timer = setTimeout(() => flushSoon(), nextWait(failures, retryAfter))
}

async function flush(over) {
  const waiting = async ({ user, site }) => (await items())
    .filter((row) => row.user === user && row.state !== "look" && isOfSite(row, site))
  if (!(await items()).length && !(await meta("told_waiting"))) return { left: false }
  // Kept in the database: the next page and the worker have to wait as well.
  const wait = ((await meta("not_before")) ?? 0) - Date.now()
  if (wait > 0 && !over) return { left: true, retryAfter: wait }
  const session = await openSession()
  await holdOff(session.retryAfter)
  if (session.signIn) { setStatus({ signIn: true }); return { left: true } }
  if (!session.user) return { left: true, retryAfter: session.retryAfter }
  setStatus({ signIn: Boolean(currentUser()) && session.user !== currentUser() })
  await learnSettled(session.user, (url) => ask(url, { headers: { Accept: "application/json" } }, PATIENCE.session))
  const rows = await waiting(session)
  await tellWaiting(session, rows)
  const trip = { ...session, total: rows.length, done: 0, stop: false, photosStop: false, retryAfter: 0 }
  try {
    await sendAll(trip, rows)
  } finally {
    setStatus({ progress: null })
  }
  if (trip.signIn) setStatus({ signIn: true })
  await holdOff(trip.retryAfter)
  const left = await waiting(session)
  await tellWaiting(session, left)
  for (const row of left) if (row.state === "sending") await change(row.id, (now) => ({ ...now, state: "waiting" }))
  return { left: left.length > 0, progress: left.length < rows.length, retryAfter: trip.retryAfter }
}

// Old records that still wait are a matter for somebody else too: this phone may be the last to have signal.
async function tellWaiting(session, rows) {
  const said = waitingToTell(rows, (await meta("told_waiting")) ?? 0, Date.now())
  if (!said) return
  const answer = await ask("/sync/waiting", {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": session.csrf },
    body: JSON.stringify({ ...said, sent_at: new Date().toISOString() }),
  }, PATIENCE.session)
  if (answer.status === 200) await setMeta("told_waiting", said.count)
}

async function holdOff(retryAfter) {
  const until = retryAfter ? Date.now() + retryAfter : 0
  if (until !== ((await meta("not_before")) ?? 0)) await setMeta("not_before", until)
}

async function openSession() {
  const sent = Date.now()
  const answer = await ask("/sync/session", { headers: { Accept: "application/json" } }, PATIENCE.session)
  const said = verdict(answer.status, answer.body)
  if (said === "sign-in") return { signIn: true }
  const session = said === "answered" ? readSession(answer.body) : null
  if (!session) return { retryAfter: answer.retryAfter }
  const received = Date.now()
  await setMeta("clock", { offset: offsetFrom(session.now, sent, received), heard_at: received })
  return session
}

// What needs no photo goes first: a scan must not wait behind slow pictures. Then each record follows its photos.
// If the server takes no photos now, the record goes ahead of them; the item stays here until they are through.
async function sendAll(trip, rows) {
  if (rows.length) show(trip)
  for (const row of rows) await change(row.id, (now) => ({ ...now, state: "sending" }))
  const fresh = rows.filter((row) => !row.delivered)
  await sendRecords(trip, fresh.filter((row) => !row.pending.length))
  for (const row of rows.filter((row) => row.pending.length)) {
    if (trip.stop) return
    for (const photo of row.pending) if (!trip.stop && !trip.photosStop) await sendPhoto(trip, row, photo)
    if (!row.delivered && !trip.stop) await sendRecords(trip, [row])
    else step(trip)
  }
}

async function sendRecords(trip, rows) {
  const byId = new Map(rows.map((row) => [row.id, row]))
  for (const batch of batches(rows.map((row) => row.envelope))) {
    if (trip.stop) return
    await sendBatch(trip, batch, byId)
  }
}

async function sendBatch(trip, batch, byId) {
  const sent_at = new Date().toISOString()
  const answer = await ask("/sync/records", {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": trip.csrf },
    body: JSON.stringify({ device: await device(), sent_at, records: batch }),
  }, PATIENCE.records)
  const said = verdict(answer.status, answer.body)
  if (said === "too-big" || said === "refused") {
    const problem = problemOf(answer.body)
    if (batch.length === 1) return problem ? refuse(trip, batch[0].id, problem) : halt(trip, "later", answer)
    const half = Math.ceil(batch.length / 2) // find the one that spoils the batch
    await sendBatch(trip, batch.slice(0, half), byId)
    if (!trip.stop) await sendBatch(trip, batch.slice(half), byId)
    return
  }
  if (said !== "answered") return halt(trip, said, answer)
  for (const [id, result] of resultsFor(batch.map((record) => record.id), answer.body)) {
    if (result.status === "later") { trip.retryAfter = Math.max(trip.retryAfter, answer.retryAfter); continue }
    if (result.status === "refused") { await refuse(trip, id, result.problem, result.url); continue }
    await change(id, (row) => ({ ...row, delivered: true, url: result.url, tries: 0 }))
    tell({ type: "settled", id, status: result.status, url: result.url, problem: null })
    step(trip)
  }
}

async function refuse(trip, id, problem, url = null) {
  await change(id, (row) => ({ ...row, state: "look", problem, url }))
  tell({ type: "settled", id, status: "refused", url, problem })
  step(trip)
}

async function sendPhoto(trip, row, id) {
  const photo = await (await database()).get("photos", id)
  if (!photo) { await photoSent(row.id, id); return }
  const answer = await ask(`/sync/photos/${id}`, {
    method: "PUT",
    headers: {
      "Content-Type": photo.type, Accept: "application/json", "X-CSRFToken": trip.csrf, "X-Photo-SHA256": photo.sha256,
    },
    body: photo.bytes,
  }, PATIENCE.photo)
  const said = photoVerdict(answer.status, answer.body, id)
  if (said === "sent") return photoSent(row.id, id)
  if (said === "refused") {
    return change(row.id, (now) => ({ ...now, state: "look", problem: problemOf(answer.body) }))
  }
  // An answer of any kind means the line works: only the photos wait, records may still go.
  if (said === "later" && answer.status) {
    trip.photosStop = true
    trip.retryAfter = Math.max(trip.retryAfter, answer.retryAfter)
  } else halt(trip, said, answer)
}

function halt(trip, said, answer) {
  trip.stop = true
  trip.signIn = said === "sign-in"
  trip.retryAfter = Math.max(trip.retryAfter, answer.retryAfter)
}

function step(trip) {
  trip.done += 1
  show(trip)
}

function show(trip) {
  setStatus({ progress: { done: Math.min(trip.done + 1, trip.total), total: trip.total } })
}

async function device() {
  const known = await meta("device")
  if (known) return known
  const made = uuid7()
  await setMeta("device", made)
  return made
}

// -> {status, body, retryAfter}; status 0 without an answer. Redirects are not followed: they are not our answer.
async function ask(url, options, patience) {
  const control = new AbortController()
  const alarm = setTimeout(() => control.abort(), patience)
  try {
    const reply = await fetch(url, {
      ...options, credentials: "same-origin", cache: "no-store", redirect: "manual", signal: control.signal,
    })
    const isJson = (reply.headers.get("Content-Type") ?? "").split(";")[0].trim() === "application/json"
    const body = isJson ? await reply.json().catch(() => null) : null
    return { status: reply.status, body, retryAfter: readRetryAfter(reply.headers.get("Retry-After"), Date.now()) }
  } catch {
    return { status: 0, body: null, retryAfter: 0 }
  } finally {
    clearTimeout(alarm)
  }
}
