// Patrol's service worker. Above this text the server writes:
//   VERSION  changes whenever a file under static/ does     SHELL  addresses to keep from the start
//   OFFLINE  the page for when there is nothing better
// It never touches writes, /sync or signing in and out; it never takes over by itself.
const SHELL_CACHE = `shell-${VERSION}`
const PAGES_CACHE = "pages-1" // what one person has seen; app.js empties it when somebody else appears
const PATIENCE = 3000
const MOST_PAGES = 40
const NEVER = /^\/(sync|photos|exports?|sign-?in|sign-?out|log-?in|log-?out|sw\.js)(\/|$)/

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(SHELL_CACHE)
    // One missing picture must not cost the guard the offline start: only the page itself is required.
    await cache.add(new Request(OFFLINE, { cache: "reload", credentials: "omit" }))
    await Promise.allSettled(SHELL.map((url) => cache.add(new Request(url, { cache: "reload" }))))
  })())
})

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith("shell-") && name !== SHELL_CACHE) await caches.delete(name)
    }
    await self.clients.claim()
  })())
})

self.addEventListener("message", ({ data }) => {
  if (data === "take-over") self.skipWaiting()
})

self.addEventListener("fetch", (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== "GET" || url.origin !== location.origin || NEVER.test(url.pathname)) return
  if (/^\/static\/v-/.test(url.pathname)) event.respondWith(fromShell(request))
  else if (request.mode === "navigate") event.respondWith(page(event))
})

// A versioned file never changes: the first copy is good for ever. A kept page may ask for files of the version it was
// written with, long gone after an update; without signal it gets this version's.
async function fromShell(request) {
  const kept = await caches.match(request)
  if (kept) return kept
  try {
    const fresh = await fetch(request)
    if (fresh.status === 200) await (await caches.open(SHELL_CACHE)).put(request, fresh.clone())
    return fresh
  } catch (error) {
    const ours = SHELL[0].match(/^\/static\/v-[^/]+/)[0]
    const instead = await caches.match(new URL(request.url).pathname.replace(/^\/static\/v-[^/]+/, ours))
    if (instead) return instead
    throw error
  }
}

// The network has three seconds; then what was seen last, then the offline page. A slow answer is still kept.
async function page(event) {
  const { request } = event
  const fresh = fetch(request)
  event.waitUntil(fresh.then((reply) => keep(request, reply.clone()), () => {}))
  const late = new Promise((resolve) => { setTimeout(resolve, PATIENCE) })
  const reply = await Promise.race([fresh.catch(() => null), late])
  if (reply) return reply
  const kept = await (await caches.open(PAGES_CACHE)).match(request)
  if (kept) return kept
  // Slow but alive: waiting is better than the offline page.
  const slow = await fresh.catch(() => null)
  return slow ?? (await caches.match(OFFLINE)) ?? Response.error()
}

async function keep(request, reply) {
  const isPage = (reply.headers.get("Content-Type") ?? "").startsWith("text/html")
  if (reply.status !== 200 || reply.redirected || reply.type !== "basic" || !isPage) return
  const cache = await caches.open(PAGES_CACHE)
  await cache.delete(request) // so that the newest stands last
  await cache.put(request, reply)
  for (const old of (await cache.keys()).slice(0, -MOST_PAGES)) await cache.delete(old)
}
