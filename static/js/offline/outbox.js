// What this phone still owes the server. Everything made on the phone is written here first, with strict
// durability, before anybody is told "saved". Upgrades only add: old phones return after weeks.
//
// records  {id, user, site, state, problem, pending, delivered, url, title, note, icon, at, envelope}
//          state: waiting | sending | look; pending: ids of photos the server has not got
// photos   {id, user, bytes: ArrayBuffer, type, sha256, facts, draft?}
// recent   the last 200 sent, without photos   drafts  half-filled forms    meta  device, chain, clock…
// pack     what this shift needs, of one person (pack.js)
// fact, on records and recent: what the phone's own pages need to know of it ({kind, place…}; local.js)
import { openDB } from "../../vendor/idb.js"

const RECENT = 200 // a shift's work: a whole round and more
const opened = openDB("patrol", 2, {
  upgrade(db, old) {
    if (old < 1) {
      db.createObjectStore("records", { keyPath: "id" })
      db.createObjectStore("photos", { keyPath: "id" })
      db.createObjectStore("recent", { keyPath: "id" })
      db.createObjectStore("drafts", { keyPath: "key" })
      db.createObjectStore("meta", { keyPath: "name" })
    }
    if (old < 2) db.createObjectStore("pack", { keyPath: "user" })
  },
  blocking(_old, _new, event) { event.target.close() },
})
const listeners = new Set()
const channel = self.BroadcastChannel ? new BroadcastChannel("outbox") : null
let status = { progress: null, signIn: false }

channel?.addEventListener("message", ({ data }) => hear(data))

export const database = () => opened

// Who is signed in; on the offline page, who was last.
export function currentUser() {
  const user = self.document?.body.dataset.user
  if (user !== undefined) return user
  try { return localStorage.getItem("patrol-user") || "" } catch { return "" }
}

// The site this person works at now; records are sent to the site they were made for only.
export const currentSite = () => self.document?.body.dataset.site || null

export const isOfSite = (row, site) => !row.site || !site || row.site === site

export function onChange(listener) {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

// Tells this tab and all others. type: "changed" | "status" | "settled".
export function tell(message) {
  hear(message)
  channel?.postMessage(message)
}

function hear(message) {
  if (message.type === "status") status = { ...status, ...message.status }
  for (const listener of [...listeners]) listener(message)
}

export const setStatus = (change) => tell({ type: "status", status: change })

// One at a time over all tabs; where the browser has no locks, over this tab.
const queues = {}
export function alone(name, work) {
  if (navigator.locks) return navigator.locks.request(name, work)
  const turn = (queues[name] ?? Promise.resolve()).then(work)
  queues[name] = turn.catch(() => {})
  return turn
}

// One durable transaction: resolves after the data is on the disk.
export async function write(stores, work) {
  const transaction = (await opened).transaction(stores, "readwrite", { durability: "strict" })
  transaction.done.catch(() => {}) // reported below, once
  try {
    const result = await work((name) => transaction.objectStore(name))
    await transaction.done
    return result
  } catch (error) {
    try { transaction.abort() } catch { /* it is over already */ }
    throw transaction.error ?? error
  }
}

export async function meta(name) {
  return (await (await opened).get("meta", name))?.value
}

export function setMeta(name, value) {
  return write(["meta"], (store) => store("meta").put({ name, value }))
}

// Everybody's items, oldest first.
export async function items() {
  const rows = await (await opened).getAll("records")
  return rows.sort((a, b) => a.envelope.seq - b.envelope.seq)
}

export async function recent() {
  const rows = await (await opened).getAll("recent")
  return rows.filter((row) => row.user === currentUser()).sort((a, b) => (a.sent_at < b.sent_at ? 1 : -1))
}

export async function summary() {
  const user = currentUser()
  const rows = await items()
  const mine = rows.filter((row) => row.user === user)
  const look = mine.filter((row) => row.state === "look").length
  return {
    ...status, mine, look, waiting: mine.length - look, others: rows.length - mine.length,
    oldest: mine[0]?.at ?? null, lastUpload: await meta("last_upload"), online: navigator.onLine,
  }
}

// Changes one record under the transaction; a change that returns null removes it.
export async function change(id, update) {
  await write(["records", "photos", "recent", "meta"], async (store) => {
    const row = await store("records").get(id)
    if (row) await settle(store, row, update(row))
  })
  tell({ type: "changed" })
}

async function settle(store, row, next) {
  if (!next) {
    for (const photo of row.envelope.photos) await store("photos").delete(photo)
    return store("records").delete(row.id)
  }
  if (!next.delivered || next.pending.length) return store("records").put(next)
  for (const photo of row.envelope.photos) await store("photos").delete(photo)
  await store("records").delete(row.id)
  const { id, user, title, note, icon, at, url, fact } = next
  const sent_at = new Date().toISOString()
  await store("recent").put({ id, user, title, note, icon, at, url, fact, sent_at })
  await store("meta").put({ name: "last_upload", value: sent_at })
  const rows = (await store("recent").getAll()).sort((a, b) => (a.sent_at < b.sent_at ? 1 : -1))
  for (const old of rows.slice(RECENT)) await store("recent").delete(old.id)
}

// The server has the photo. Its bytes stay until it has the record too: a refused one may have to be corrected, and
// then its pictures are needed here.
export async function photoSent(record, photo) {
  await write(["records", "photos", "recent", "meta"], async (store) => {
    const row = await store("records").get(record)
    if (!row) await store("photos").delete(photo)
    if (row) await settle(store, row, { ...row, pending: row.pending.filter((id) => id !== photo) })
  })
  tell({ type: "changed" })
}
