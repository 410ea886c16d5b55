// Fills a page kept on the phone with what the pack says and with what was done here since.
import { t } from "../app.js"
import { clock } from "./words.js"
import { nowHere } from "./local.js"
import { kept } from "./pack.js"

const FILLERS = new Set(["visit", "round", "hazard", "checklist", "checklists", "not-reached", "order", "orders", "repair", "work-log"])
const NIGHT = ["19:00", "06:00"]

export async function fill(name) {
  const pack = await kept()
  if (!pack) return
  const { facts } = pack
  const now = await nowHere()
  dress(facts, now)
  showAge(pack)
  if (FILLERS.has(name)) await (await import(`../kept/${name}.js`)).fill(facts, now)
}

// How old the lists are that this phone has taken along.
export function showAge({ facts, fetched_at }) {
  for (const line of document.querySelectorAll("[data-pack-age]")) {
    line.hidden = false
    line.querySelector("[data-slot=age]").textContent = t("pack_age", { time: clock(fetched_at, facts.zone) })
  }
}

// Kept pages may be older than the sunset.
function dress({ theme, zone }, now) {
  const time = clock(now, zone)
  const night = time >= NIGHT[0] || time < NIGHT[1]
  const wanted = theme === "auto" ? (night ? "dark" : "") : theme
  if (wanted) document.documentElement.dataset.theme = wanted
  else delete document.documentElement.dataset.theme
}

// #scan=<id> or the last part of the path, as in /visits/<id>
export function idFrom(name) {
  const hash = new URLSearchParams(location.hash.slice(1)).get(name)
  return hash ?? (/\/([0-9a-f-]{36})\/?$/.exec(location.pathname)?.[1] ?? null)
}
