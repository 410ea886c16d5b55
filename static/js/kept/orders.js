// My orders without signal: those put right on this phone say so instead of asking again.
import { badge } from "../offline/slots.js"
import { deeds } from "../offline/local.js"
import { t } from "../app.js"

// The step after which an order asks nothing more of whoever works on it.
const LAST = { work_order_step: new Set(["rectify"]), repair_step: new Set(["sign", "refuse_sign"]), maintenance_step: new Set(["done", "witness"]) }

export async function fill() {
  const all = await deeds()
  const gone = new Set(all.filter((deed) => deed.kind === "work_order_step" && deed.step === "set_out" && !deed.look).map((deed) => deed.order))
  const done = new Set(all.filter((deed) => LAST[deed.kind]?.has(deed.step) && !deed.look).map((deed) => deed.order))
  for (const card of document.querySelectorAll(".order")) {
    const id = /\/(?:hazards|repairs|orders\/maintenance)\/([0-9a-f-]{36})/.exec(card.querySelector("a")?.getAttribute("href") ?? "")?.[1]
    if (gone.has(id)) card.querySelector("form")?.remove() // set out from here already
    if (!done.has(id)) continue
    card.classList.remove("card--urgent")
    card.querySelector(".btn")?.remove()
    card.querySelector(".order__top").append(badge("sync", "device-mobile-up", t("done_here")))
  }
}
