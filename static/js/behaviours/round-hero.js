// Today's hero, with what this phone has scanned counted in before the server has heard of it.
// <div data-behaviour="round-hero" data-when="waiting"> the server's card </div>, templates #hero-round and #hero-none
import { onChange } from "../offline/outbox.js"
import { heroCard } from "../offline/hero.js"
import { nowHere, scansOf } from "../offline/local.js"
import { kept } from "../offline/pack.js"

export async function attach(place) {
  const wanted = new URLSearchParams(location.search).get("round")
  const show = async () => {
    const pack = await kept()
    if (!pack) return
    place.replaceChildren(heroCard(pack.facts, await scansOf(pack.facts), await nowHere(), wanted))
    place.dataset.drawn = "here"
  }
  let timer = 0
  onChange((message) => { if (message.type === "changed") { clearTimeout(timer); timer = setTimeout(show, 100) } })
  setInterval(() => { if (!document.hidden) show() }, 30_000)
  await show()
}
