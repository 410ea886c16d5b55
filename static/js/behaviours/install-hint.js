// Offers to put Patrol on the home screen; app.js attaches it only where that is possible and has not been done.
// <any data-behaviour="install-hint" data-when="installable" hidden> <button data-install></button> <button data-away></button> </any>
import { installPrompt } from "../app.js"

const KEY = "patrol-install-away"

export function attach(hint) {
  const away = hint.querySelector("[data-away]")
  const install = hint.querySelector("[data-install]")
  const prompt = installPrompt() // null on iPhones: there the pictures have to do
  if (away ? wasPutAway() : !prompt) return
  install.hidden = !prompt
  hint.hidden = false
  install.addEventListener("click", async () => {
    await prompt.prompt()
    const { outcome } = await prompt.userChoice
    if (outcome === "accepted") hint.hidden = true
    else install.hidden = true // the browser asks once a page
  })
  away?.addEventListener("click", () => {
    hint.hidden = true
    try { localStorage.setItem(KEY, "1") } catch { /* storage is off: it comes back with the next page */ }
  })
}

function wasPutAway() {
  try { return localStorage.getItem(KEY) !== null } catch { return false }
}
