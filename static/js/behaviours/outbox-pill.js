// The header's pill: is everything sent?
// <a data-behaviour="outbox-pill" class="pill pill--ok" data-state="sent" href="…">
//   <svg class="icon"><use href="…#cloud-check"/></svg><span data-part="text">已传完</span></a>      (macro sync_pill)
// Sets data-state = sent | sending | stored | offline | look with its class, icon and words, and shows
// [data-signin-banner] while the server asks for a sign-in.
import { setIcon, t } from "../app.js"
import { onChange, summary } from "../offline/outbox.js"
import { pillState } from "../offline/verdict.js"

const LOOKS = {
  sent: ["ok", "cloud-check"], sending: ["sync", "cloud-upload"], stored: ["sync", "device-mobile-up"],
  offline: ["sync", "wifi-off"], look: ["miss", "alert-circle"],
}

export function attach(pill) {
  const text = pill.querySelector("[data-part=text]")
  const show = async () => {
    const now = await summary()
    const state = pillState(now)
    const values = { n: state === "look" ? now.look : now.waiting, ...now.progress }
    const [tone, name] = LOOKS[state]
    pill.dataset.state = state
    for (const one of ["ok", "sync", "miss"]) pill.classList.toggle(`pill--${one}`, one === tone)
    setIcon(pill.querySelector("svg"), name)
    if (text.textContent !== t(`pill_${state}`, values)) text.textContent = t(`pill_${state}`, values)
    document.querySelectorAll("[data-signin-banner]").forEach((banner) => { banner.hidden = !now.signIn })
  }
  onChange(show)
  addEventListener("online", show)
  addEventListener("offline", show)
  return show()
}
