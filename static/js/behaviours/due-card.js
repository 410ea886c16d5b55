// How many checklists are left for this person, by the pack and by what was filled here since.
// <section data-behaviour="due-card" data-when="pack" hidden> .list-row__title[data-one][data-many], .list-row__meta </section>
import { onChange } from "../offline/outbox.js"
import { stillDue } from "../offline/due.js"
import { deeds } from "../offline/local.js"
import { kept } from "../offline/pack.js"

export async function attach(card) {
  const show = async () => {
    const pack = await kept()
    const left = pack ? stillDue(pack.facts, await deeds()).filter((one) => !one.others) : []
    const urgent = left.filter((one) => one.urgent)
    card.hidden = !left.length
    card.querySelector("[data-slot=left]").textContent = left.length
    card.querySelector("[data-slot=urgent]").textContent = urgent.length
    card.querySelector("[data-part=urgent]").hidden = !urgent.length
  }
  onChange((message) => { if (message.type === "changed") show() })
  await show()
}
