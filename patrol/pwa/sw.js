// Patrol's service worker. Above this text the server writes:
//   VERSION  changes whenever a file under static/ does     SHELL  addresses to keep from the start
//   ICON     of notices that are pushed
//   OFFLINE  the page for when there is nothing better      sendFromWorker  (only where workers may be modules)
// It never touches writes, /sync or signing in and out; it never takes over by itself. Pages come from the pack only
// (static/js/offline/pack.js puts them into PAGES): nothing that was merely looked at stays on the phone.
const SHELL_CACHE = `shell-${VERSION}`
const PAGES_CACHE = "pages-2"
const PATIENCE = 3000
const IMPATIENCE = 400 // when the network has just failed
const RECENTLY = 30_000
const NEVER = /^\/(sync|exports?|sign-?in|sign-?out|log-?in|log-?out|sw\.js)(\/|$)/
const THUMB = /^\/photos\/[0-9a-f-]{36}\/thumb\.jpg$/
const GATEWAY = new Set([502, 503, 504]) // what a proxy says for a server that is down
let troubleAt = -Infinity

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
      const old = (name.startsWith("shell-") && name !== SHELL_CACHE) || (name.startsWith("pages-") && name !== PAGES_CACHE)
      if (old) await caches.delete(name)
    }
    await self.clients.claim()
  })())
})

self.addEventListener("message", ({ data }) => {
  if (data === "take-over") self.skipWaiting()
})

// The signal is back, the page may be closed. Failing makes the browser call again.
self.addEventListener("sync", (event) => {
  if (event.tag === "outbox" && self.sendFromWorker) event.waitUntil(self.sendFromWorker())
})

// What the server pushes: {title, body, url, tag, critical, lang}. Browsers take the right away from a worker that shows
// nothing, so whatever comes is shown.
self.addEventListener("push", (event) => {
  let said = {}
  try { said = event.data?.json() ?? {} } catch { /* not ours */ }
  const { title = "Patrol", body = "", url = "/notices", tag, critical = false, lang } = said
  const shown = { body, lang, tag, renotify: Boolean(tag), requireInteraction: critical, icon: ICON, badge: ICON, data: { url } }
  event.waitUntil((async () => {
    await self.registration.showNotification(title, shown)
    for (const client of await self.clients.matchAll({ type: "window" })) client.postMessage("notice")
  })())
})

self.addEventListener("notificationclick", (event) => {
  event.notification.close()
  const wanted = event.notification.data?.url ?? "/notices"
  const url = new URL(wanted.startsWith("/") && !wanted.startsWith("//") ? wanted : "/notices", location.origin).href
  event.waitUntil((async () => {
    // A page in which somebody types is not taken away: only one that shows notices, else a window of its own.
    const open = await self.clients.matchAll({ type: "window" })
    const there = open.find((client) => client.url === url)
    return there ? there.focus() : self.clients.openWindow(url)
  })())
})

// The browser renewed its subscription by itself: the server has to know the new address.
self.addEventListener("pushsubscriptionchange", (event) => {
  event.waitUntil((async () => {
    const made = event.newSubscription ?? (await self.registration.pushManager.subscribe({
      userVisibleOnly: true, applicationServerKey: event.oldSubscription?.options.applicationServerKey ?? (await serverKey()),
    }))
    const session = await (await fetch("/sync/session", { headers: { Accept: "application/json" } })).json()
    await fetch("/me/push", {
      method: "POST", body: JSON.stringify(made.toJSON()),
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": session.csrf_token },
    })
  })())
})

async function serverKey() {
  const { key } = await (await fetch("/me/push/key", { headers: { Accept: "application/json" } })).json()
  return key
}

self.addEventListener("fetch", (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== "GET" || url.origin !== location.origin || NEVER.test(url.pathname)) return
  if (/^\/static\/v-/.test(url.pathname)) event.respondWith(fromShell(request))
  else if (request.mode === "navigate") event.respondWith(page(request, url))
  else if (THUMB.test(url.pathname)) event.respondWith(thumb(request))
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

// The network has three seconds; then what the pack holds for this address, then the offline page.
async function page(request, url) {
  const kept = keptFor(url)
  if (url.pathname.startsWith("/kept/")) return (await kept) ?? fetch(request).catch(offline)
  const fresh = fetch(request)
  // An answer that comes late still says that the line is back: the next page has its three seconds again.
  fresh.then((answer) => { if (!GATEWAY.has(answer.status)) troubleAt = -Infinity }, () => {})
  const patience = Date.now() - troubleAt < RECENTLY ? IMPATIENCE : PATIENCE
  const late = new Promise((resolve) => { setTimeout(resolve, patience) })
  const reply = await Promise.race([fresh.catch(() => null), late])
  if (reply && !GATEWAY.has(reply.status)) return reply
  troubleAt = Date.now()
  const instead = await kept
  if (instead) return instead
  // Slow but alive: waiting is better than the offline page.
  return reply ?? fresh.catch(offline)
}

const offline = async () => (await caches.match(OFFLINE)) ?? Response.error()

// Which page of the pack stands for an address.
async function keptFor({ pathname, searchParams }) {
  const cache = await caches.open(PAGES_CACHE)
  const list = searchParams.get("checklist")
  const candidates = [
    pathname,
    pathname === "/" && "/today", pathname === "/" && "/work-orders",
    /^\/(visits|c)\//i.test(pathname) && "/kept/visit",
    /^\/rounds\//.test(pathname) && "/kept/round",
    pathname === "/hazards/new" && "/kept/hazard",
    pathname === "/work-logs/new" && "/kept/work-log",
    pathname === "/inspections/new" && list && `/kept/checklist/${encodeURIComponent(list)}`,
    pathname === "/not-reached/new" && "/kept/not-reached",
    /^\/(checklists|inspections\/done)$/.test(pathname) && "/kept/checklists",
  ]
  for (const candidate of candidates) {
    const found = candidate && (await cache.match(candidate))
    if (found) return found
  }
  return null
}

// The picture an order was reported with, if it was taken along.
async function thumb(request) {
  try {
    return await fetch(request)
  } catch (error) {
    const kept = await (await caches.open(PAGES_CACHE)).match(request)
    if (kept) return kept
    throw error
  }
}
