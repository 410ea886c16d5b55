// Every page loads this one module. It hands out the page's words, attaches behaviours, wakes the outbox
// when somebody is signed in, and registers the service worker where the browser has one.
//
// <body data-user="<uuid>">            the person signed in; "" on the sign-in page; absent on /offline
// <script type="application/json" data-words>{"key": "text with {n}"}</script>, one or more
// <div id="toasts" role="status">      where short messages appear
// <any data-behaviour="name other">    ./behaviours/<name>.js exports attach(element)
// <any data-behaviour=".." data-when="waiting">  attached only once something waits in the outbox; "pack": once the phone
//                                      has what the shift needs (body[data-pack]); "limited": once this browser proves to
//                                      give less than all; "installable": once it offers to install
// <body data-kept="visit">             a page kept on the phone: offline/kept.js fills it before anything is attached

const words = Object.assign({}, ...[...document.querySelectorAll("script[data-words]")].map((one) => JSON.parse(one.textContent)))
const SPRITE = new URL("../vendor/icons.svg", import.meta.url).pathname
const PICTURE = "img[src^='/photos/']"
const attached = new WeakMap()

export function t(key, values = {}) {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "")
}

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg")
  svg.setAttribute("class", "icon")
  svg.setAttribute("aria-hidden", "true")
  svg.append(document.createElementNS("http://www.w3.org/2000/svg", "use"))
  setIcon(svg, name)
  return svg
}

export function setIcon(svg, name) {
  svg?.querySelector("use")?.setAttribute("href", `${SPRITE}#${name}`)
}

// el("button.chip", {type: "button"}, "text", child): a short way to build nodes without any HTML strings.
export function el(tag, attributes = {}, ...children) {
  const [name, ...classes] = tag.split(".")
  const node = document.createElement(name)
  if (classes.length) node.className = classes.join(" ")
  for (const [key, value] of Object.entries(attributes)) {
    if (value === false || value == null) continue
    node.setAttribute(key, value === true ? "" : value)
  }
  node.append(...children)
  return node
}

// A short message above the nav. `undo` adds a button; `stay` keeps it until it is tapped.
export function toast(text, { undo = null, action = t("undo"), name = "circle-check-filled", stay = false } = {}) {
  const region = document.getElementById("toasts")
  if (!region) return null
  const note = el("div.toast", {}, icon(name), el("span", {}, text))
  if (undo) {
    const button = el("button", { type: "button" }, action)
    button.addEventListener("click", () => { note.remove(); undo() })
    note.append(button)
  }
  region.replaceChildren(note)
  if (!stay) setTimeout(() => note.remove(), undo ? 6000 : 4000)
  return note
}

// Said on the next page, since this one is about to be left.
export function toastNext(text, name = "circle-check-filled") {
  try { sessionStorage.setItem("toast", JSON.stringify({ text, name })) } catch { /* storage is off */ }
}

// Buzzing is a courtesy; the word and the icon say it anyway.
export function buzz(pattern) {
  if (navigator.userActivation?.hasBeenActive === false) return // the browser would only complain
  try { navigator.vibrate?.(pattern) } catch { /* not allowed here */ }
}

// Resolves once every behaviour of the element is in place.
export function whenAttached(element) {
  return attached.get(element) ?? Promise.resolve()
}

function attach(element) {
  if (attached.has(element)) return
  const names = element.dataset.behaviour.split(/\s+/).filter(Boolean)
  const work = names.map(async (name) => {
    const module = await import(`./behaviours/${name}.js`)
    await module.attach(element)
  })
  attached.set(element, Promise.all(work).catch((error) => console.error(error)).finally(() => sendEarly(element)))
}

// A tap before the form's record is in place would leave the page, and without signal lose what was said: it waits.
const inPlace = new WeakSet()
const early = new Map()
document.addEventListener("submit", (event) => {
  const form = event.target
  if (!form.matches("[data-behaviour~='record-form']:not([data-when])") || inPlace.has(form)) return
  event.preventDefault()
  event.stopImmediatePropagation()
  early.set(form, event.submitter)
}, true)

function sendEarly(form) {
  inPlace.add(form)
  if (!early.has(form)) return
  const submitter = early.get(form)
  early.delete(form)
  if (form.isConnected) form.requestSubmit(submitter)
}

const come = new Set() // what behaviours may wait for: "waiting", "pack", "limited", "installable"
let prompt = null

export function installPrompt() { return prompt }

function attachWithin(root) {
  if (root.nodeType !== 1) return
  const found = [...root.querySelectorAll("[data-behaviour]")]
  if (root.matches("[data-behaviour]")) found.unshift(root)
  for (const element of found) if (!element.dataset.when || come.has(element.dataset.when)) attach(element)
}

function hasCome(what) {
  if (come.has(what)) return
  come.add(what)
  attachWithin(document.body)
}

function sayWhatTheLastPageLeft() {
  try {
    const left = sessionStorage.getItem("toast")
    sessionStorage.removeItem("toast")
    if (left) { const { text, name } = JSON.parse(left); toast(text, { name }) }
  } catch { /* storage is off */ }
}

// What is kept belongs to one person: whoever else appears here must not find it. Signing out says so in the address;
// a sign-in that merely ran out keeps it, since the same person usually comes back.
async function guardKept(user) {
  try {
    const before = localStorage.getItem("patrol-user") ?? ""
    const out = user === "" && new URLSearchParams(location.search).has("out")
    if (before === user || (user === "" && !out)) return
    localStorage.setItem("patrol-user", user)
    if (before && self.indexedDB) await (await import("./offline/pack.js")).forget()
  } catch (error) { console.error(error) }
}

async function wakeOutbox() {
  const outbox = await import("./offline/outbox.js")
  let sending = false
  const look = async () => {
    const { mine, others } = await outbox.summary()
    navigator.setAppBadge?.(mine.length)?.catch?.(() => {})
    if ((!mine.length && !others) || sending) return
    sending = true
    hasCome("waiting")
    const sender = await import("./offline/sender.js")
    sender.start()
  }
  outbox.onChange(look)
  await look()
}

// Keeps what the shift needs, quietly and after everything else.
async function keepPack() {
  const { keepFresh, kept } = await import("./offline/pack.js")
  await keepFresh()
  const pack = await kept()
  if (!pack) return
  if (document.querySelector("[data-pack-age]")) (await import("./offline/kept.js")).showAge(pack)
  document.body.dataset.packed = "" // from here on this page can go on without signal
  hasCome("pack")
}

function whenIdle(work) {
  if (self.requestIdleCallback) requestIdleCallback(work, { timeout: 5000 })
  else setTimeout(work, 1000)
}

// As a module the worker can send by itself; where a browser has no such workers, the pages alone do.
async function registration() {
  try {
    return await navigator.serviceWorker.register("/sw.js?sends=1", { type: "module" })
  } catch {
    return navigator.serviceWorker.register("/sw.js")
  }
}

async function registerWorker() {
  const worker = await registration()
  const offer = () => {
    if (!worker.waiting || !navigator.serviceWorker.controller) return
    // Never by itself: somebody may be half-way through a form.
    toast(t("new_version"), {
      name: "refresh", action: t("update_now"), stay: true,
      undo: () => {
        navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true })
        worker.waiting?.postMessage("take-over")
      },
    })
  }
  offer()
  worker.addEventListener("updatefound", () => {
    worker.installing?.addEventListener("statechange", offer)
  })
}

// Asked only where the page has a place to offer it; elsewhere the browser does as it likes.
function watchInstall() {
  const offered = document.querySelector("[data-when=installable]")
  addEventListener("beforeinstallprompt", (event) => {
    if (!offered) return
    event.preventDefault()
    prompt = event
    hasCome("installable")
  })
  if (navigator.standalone === false && window.isSecureContext) hasCome("installable") // an iPhone, in the browser
}

// A page kept on the phone is only a shape: what it says is filled in first, so that behaviours find it whole.
async function fillKept() {
  const name = document.body.dataset.kept
  if (!name) return
  try {
    await (await import("./offline/kept.js")).fill(name)
  } catch (error) { console.error(error) }
}

// A picture that cannot be had now leaves a quiet place that says so, not a torn one; a small one says it with the icon.
function quietly(image) {
  if (!image.matches?.(PICTURE)) return
  const text = t("photo_not_here")
  const { clientWidth: width, clientHeight: height, className } = image
  const place = el("span", { class: `${className} photo__none`, role: "img", "aria-label": `${image.alt} ${text}`.trim() }, icon("photo"))
  if (width && width < 120) Object.assign(place.style, { width: `${width}px`, height: `${height}px` })
  else place.append(el("small", {}, text))
  image.replaceWith(place)
}

function watchPictures() {
  document.addEventListener("error", ({ target }) => quietly(target), true)
  for (const image of document.querySelectorAll(PICTURE)) {
    if (image.complete && image.currentSrc && !image.naturalWidth) quietly(image) // failed before this was here
  }
}

async function start() {
  watchPictures()
  const { user, kept, pack } = document.body.dataset
  watchInstall()
  if (user !== undefined) await guardKept(user)
  await fillKept()
  if (kept) come.add("waiting")
  attachWithin(document.body)
  new MutationObserver((changes) => {
    for (const change of changes) change.addedNodes.forEach(attachWithin)
  }).observe(document.body, { childList: true, subtree: true })
  sayWhatTheLastPageLeft()
  document.querySelector(".side__item[aria-current=page]")?.scrollIntoView({ block: "nearest" }) // a small screen cuts it
  const able = window.isSecureContext && navigator.serviceWorker
  if (!able || /MicroMessenger/i.test(navigator.userAgent)) hasCome("limited")
  if (user === "") return
  if (self.indexedDB && (user || document.querySelector("[data-offline-page]"))) {
    wakeOutbox().catch((error) => console.error(error))
  }
  if (!user || !able) return
  navigator.storage?.persist?.().catch(() => {})
  const register = () => {
    registerWorker().then(() => {
      if (pack !== undefined) whenIdle(() => keepPack().catch((error) => console.error(error)))
    }, (error) => {
      if (error.name === "SecurityError") hasCome("limited") // an untrusted certificate gives no worker
    })
  }
  if (document.readyState === "complete") register()
  else addEventListener("load", register, { once: true })
}

start()
