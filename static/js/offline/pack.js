// What this phone takes along for the shift: facts in the database, pages in the cache, both of one person only.
import { currentUser, database, write } from "./outbox.js"
import { sha256 } from "./records.js"

export const PAGES = "pages-2"
const EVERY = 10 * 60_000
const PATIENCE = 60_000

// The facts kept for whoever is signed in (offline: was last), or null. fetched_at is by the phone's clock.
export async function kept() {
  const row = await (await database()).get("pack", currentUser())
  return row ?? null
}

// Fetches a newer pack when the kept one is old. Quiet: without signal the old one stays. -> whether there is a new one
export async function keepFresh({ force = false } = {}) {
  const user = currentUser()
  if (!user || !self.caches) return false
  const before = await kept()
  if (!force && before && Math.abs(Date.now() - before.fetched_at) < EVERY) return false
  const facts = (await ask("/sync/pack"))?.body
  if (!facts || facts.user !== user) return false
  const same = before?.facts.pages_key === facts.pages_key && (await hasPages(facts))
  if (!same && !(await takePages(facts))) return false
  await takePictures(facts)
  await write(["pack"], async (store) => {
    await store("pack").clear() // one person's only
    await store("pack").put({ user, facts, fetched_at: Date.now() })
  })
  return true
}

async function hasPages(facts) {
  const cache = await caches.open(PAGES)
  const [first] = facts.pages
  return !first || Boolean(await cache.match(first[0]))
}

// The pages come all or not at all.
async function takePages(facts) {
  const { body: made, policy } = (await ask("/sync/pack/pages")) ?? {}
  if (!made?.pages || made.key !== facts.pages_key) return false
  const headers = { "Content-Type": "text/html; charset=utf-8", ...(policy && { "Content-Security-Policy": policy }) }
  const cache = await caches.open(PAGES)
  for (const [path, html] of Object.entries(made.pages)) {
    await cache.put(path, new Response(html, { headers }))
  }
  const wanted = new Set([...Object.keys(made.pages), ...picturesOf(facts)])
  for (const request of await cache.keys()) if (!wanted.has(new URL(request.url).pathname)) await cache.delete(request)
  return true
}

// Of orders, of what is open at the points to walk, and of how these looked before the storm.
function picturesOf(facts) {
  const stops = facts.rounds.flatMap((round) => round.stops)
  return [...facts.orders.map((order) => order.photo), ...facts.hazards.map((one) => one.photo), ...stops.map((stop) => stop.before)].filter(Boolean)
}

// A courtesy: what does not come now comes the next time.
async function takePictures(facts) {
  const cache = await caches.open(PAGES)
  await Promise.allSettled([...new Set(picturesOf(facts))].map(async (path) => {
    if (!(await cache.match(path))) await cache.add(path)
  }))
}

// Nothing of anybody stays but what is still unsent.
export async function forget() {
  await write(["pack", "recent"], async (store) => { await store("pack").clear(); await store("recent").clear() })
  if (self.caches) for (const name of await caches.keys()) if (name.startsWith("pages-")) await caches.delete(name)
}

// A scanned code -> {place, replaced} by the pack, or null when the pack does not know it.
export async function placeOf(facts, code) {
  const found = facts?.labels[await sha256(code)]
  return found ? { place: found[0], replaced: found[1] } : null
}

async function ask(url) {
  const control = new AbortController()
  const alarm = setTimeout(() => control.abort(), PATIENCE)
  try {
    const reply = await fetch(url, {
      headers: { Accept: "application/json" }, credentials: "same-origin", cache: "no-store", redirect: "manual", signal: control.signal,
    })
    const isJson = (reply.headers.get("Content-Type") ?? "").startsWith("application/json")
    if (reply.status !== 200 || !isJson) return null
    return { body: await reply.json(), policy: reply.headers.get("Content-Security-Policy") }
  } catch {
    return null
  } finally {
    clearTimeout(alarm)
  }
}
