// Says how fresh the board is. Put it inside what htmx swaps: each new copy starts afresh.
// <p data-behaviour="stale" [data-after="120"]><span data-time>22:43</span> 更新</p>
// After data-after seconds (120) without a refresh it gets data-stale and an added hint.
import { el, t } from "../app.js"

export function attach(place) {
  const since = performance.now()
  const after = Number(place.dataset.after || 120) * 1000
  const check = () => {
    if (!place.isConnected) { clearInterval(timer); return }
    if (performance.now() - since < after || place.hasAttribute("data-stale")) return
    place.setAttribute("data-stale", "")
    place.append(el("span", { role: "status" }, ` ${t("stale")}`))
  }
  const timer = setInterval(check, 5000)
  document.addEventListener("visibilitychange", check)
}
