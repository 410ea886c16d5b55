// The page for no signal. It says what this phone has: something kept, and the way back to it; or nothing yet, and that a
// scan is kept all the same. Once the server answers, the address that was asked for is opened by itself.
// <main data-behaviour="offline-page" data-offline-page>
//   <div data-with="pages">…<a data-home href="/today">…</div>   <div data-with="nothing" hidden>…</div>
//   <button type="button" data-again>…</button> <p data-still role="status" hidden>…</p>
//   <div data-with="nothing"><button type="button" data-scan>…</button></div> <template data-scanner>a scanner in place of the page</template>
// </main>
import { currentUser } from "../offline/outbox.js"
import { PAGES } from "../offline/pack.js"

const EVERY = 5000
const PATIENCE = 4000
const HOMES = ["/today", "/work-orders", "/checklists", "/hazards"]

export async function attach(page) {
  const part = (name) => page.querySelector(`[data-${name}]`)
  const lead = async () => {
    if (!page.isConnected || document.hidden || !(await answers())) return false // never away from under a scan
    if (page.isConnected) again()
    return true
  }
  part("again").addEventListener("click", async ({ currentTarget: button }) => {
    button.setAttribute("aria-busy", "true")
    part("still").hidden = true
    if (await lead()) return
    button.removeAttribute("aria-busy")
    part("still").hidden = false
  })
  part("scan").addEventListener("click", () => page.replaceWith(part("scanner").content.cloneNode(true)))
  addEventListener("online", lead)
  setInterval(lead, EVERY)
  const home = await keptHome()
  for (const one of page.querySelectorAll("[data-with]")) one.hidden = (one.dataset.with === "pages") !== Boolean(home)
  if (home) part("home").href = home
  if (!currentUser()) part("scan").closest("[data-with]").hidden = true // whose would it be?
}

async function keptHome() {
  const cache = await caches.open(PAGES)
  for (const path of HOMES) if (await cache.match(path.replace("checklists", "kept/checklists"))) return path
  return null
}

function again() {
  if (location.pathname === "/offline") location.replace("/")
  else location.reload()
}

async function answers() {
  const control = new AbortController()
  const alarm = setTimeout(() => control.abort(), PATIENCE)
  try {
    const reply = await fetch("/sync/session", { cache: "no-store", redirect: "manual", signal: control.signal })
    return reply.status < 500
  } catch {
    return false
  } finally {
    clearTimeout(alarm)
  }
}
