// What is due, place by place in walking order, less what was filled here since.
import { t } from "../app.js"
import { duePlaces, stillDue } from "../offline/due.js"
import { deeds } from "../offline/local.js"
import { fillRows, fillSlots, row } from "../offline/slots.js"

export async function fill(facts) {
  const left = stillDue(facts, await deeds()).filter((one) => !one.others)
  fillSlots(document, { left: left.length })
  fillRows("due", duePlaces(left).map(({ next, left: n }) => {
    const title = n > 1 ? t("due_several", { title: next.title, n }) : next.title
    const meta = [next.where, n === 1 ? next.code : "", t("due_about", { n: next.items, m: next.minutes })].filter(Boolean).join(" · ")
    return row("due", { title, meta }, { icon: next.icon, url: next.url, hide: next.urgent ? [] : ["urgent"] })
  }))
  document.querySelector("[data-part=none]").hidden = left.length > 0
}
