// The header's pill: is everything sent?
// <a data-behaviour="outbox-pill" class="pill" href="…"><svg class="icon"><use href="…#cloud-check"/></svg>
//   <span data-text>已传完</span></a>
// Sets data-state = done | sending | waiting | offline | look, and shows [data-signin-banner] after a 401.
import { setIcon, t } from "../app.js"
import { onChange, summary } from "../offline/outbox.js"
import { pillState } from "../offline/verdict.js"

const ICONS = { done: "cloud-check", sending: "cloud-upload", waiting: "device-mobile-up", offline: "wifi-off", look: "alert-circle" }

export function attach(pill) {
  const text = pill.querySelector("[data-text]")
  const show = async () => {
    const now = await summary()
    const state = pillState(now)
    const values = { n: state === "look" ? now.look : now.waiting, ...now.progress }
    pill.dataset.state = state
    setIcon(pill.querySelector("svg"), ICONS[state])
    if (text.textContent !== t(`pill_${state}`, values)) text.textContent = t(`pill_${state}`, values)
    document.querySelectorAll("[data-signin-banner]").forEach((banner) => { banner.hidden = !now.signIn })
  }
  onChange(show)
  addEventListener("online", show)
  addEventListener("offline", show)
  return show()
}
