// Says what this browser withholds and what to do; app.js attaches it only where something is withheld.
// <div data-behaviour="secure-grade" data-when="limited" hidden> <div data-reason="http" hidden>…</div> <button data-away></button> </div>
import { grade } from "../grade.js"

const KEY = "patrol-grade-away"

export async function attach(notice) {
  const { reason } = await grade()
  const words = reason && notice.querySelector(`[data-reason=${reason}]`)
  const away = notice.querySelector("[data-away]")
  if (!words || (away && putAway() === reason)) return
  words.hidden = false
  notice.hidden = false
  away?.addEventListener("click", () => {
    notice.hidden = true
    try { localStorage.setItem(KEY, reason) } catch { /* storage is off: it comes back with the next page */ }
  })
}

// Another reason is news and is shown again.
function putAway() {
  try { return localStorage.getItem(KEY) } catch { return null }
}
