// The one way a record comes into being on the phone.
import { clockFact, isoWithZone, monotonic } from "./clock.js"
import { alone, currentSite, currentUser, meta, tell, write } from "./outbox.js"
import { envelope, uuid7 } from "./records.js"

// data: the record's own fields; photos: [{id, bytes, type, sha256, facts}]; title, note, icon: how the queue
// shows it; fact: what the phone's own pages must know of it; draft: key of the draft this replaces; leftover: ids of
// the draft's photos that it does not show; replaces: id of a refused item that this one corrects; when: the times of
// that item {captured_at, monotonic_ms, clock, position}, since a correction does not happen anew.
// Resolves to the id once everything is on the disk; rejects (QuotaExceededError…) with nothing changed.
export function save({
  kind, data, photos = [], position = null, title, note = "", icon = "clipboard-text", fact, draft, leftover = [], replaces,
  when = null,
}) {
  const moment = Date.now()
  const facts = { captured_at: isoWithZone(moment), monotonic_ms: monotonic() }
  return alone("outbox-save", async () => {
    const id = uuid7()
    const user = currentUser()
    const ids = photos.map((photo) => photo.id)
    const chain = (await meta("chain")) ?? { seq: 0, hash: null }
    const clock = clockFact(await meta("clock"))
    const record = { id, kind, user, data, photos: ids, position, clock, replaces, ...facts, ...when }
    const made = await envelope(record, chain)
    const row = {
      id, user, site: currentSite(), title, note, icon, state: "waiting", problem: null, pending: ids, delivered: false, url: null,
      at: record.captured_at, fact: { kind, ...fact }, envelope: made.envelope,
    }
    await write(["records", "photos", "drafts", "meta"], async (store) => {
      for (const { id: photo, bytes, type, sha256 } of photos) {
        await store("photos").put({ id: photo, user, bytes, type, sha256 })
      }
      await store("records").add(row)
      await store("meta").put({ name: "chain", value: made.chain })
      if (draft) await store("drafts").delete(draft)
      for (const photo of leftover) await store("photos").delete(photo)
      if (replaces) await leave(store, replaces, ids)
    })
    tell({ type: "changed" })
    askWorker()
    return id
  })
}

// The corrected item goes, with those of its photos that the new one does not show.
async function leave(store, old, kept) {
  const row = await store("records").get(old)
  await store("records").delete(old)
  for (const photo of row?.envelope.photos ?? []) if (!kept.includes(photo)) await store("photos").delete(photo)
}

// Where the browser can, the worker sends when the signal is back, even if this page is closed by then.
async function askWorker() {
  try { await (await navigator.serviceWorker?.ready)?.sync?.register("outbox") } catch { /* the page's own timer does it */ }
}

// Sends now and waits a little for the answer: {status, url, problem}, or null when none came in time or none can come.
export async function deliver(id, patience) {
  const { flushSoon } = await import("./sender.js")
  const { onChange } = await import("./outbox.js")
  return new Promise((resolve) => {
    const finish = (answer) => { clearTimeout(timer); stop(); resolve(answer) }
    const stop = onChange((message) => {
      if (message.type === "settled" && message.id === id) finish(message)
      if (message.type === "status" && message.status.signIn) finish(null)
    })
    const timer = setTimeout(() => finish(null), patience)
    Promise.resolve(flushSoon()).finally(() => finish(null))
  })
}
