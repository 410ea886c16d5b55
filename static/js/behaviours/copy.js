// <button type="button" data-behaviour="copy" data-text="…"> or data-from="#id-of-input-or-text"
import { t, toast } from "../app.js"

export function attach(button) {
  button.addEventListener("click", async () => {
    const from = button.dataset.from && document.querySelector(button.dataset.from)
    const text = button.dataset.text ?? from?.value ?? from?.textContent.trim() ?? ""
    const done = (await writeText(text)) || (from && select(from))
    toast(t(done ? "copied" : "copy_by_hand"), { name: done ? "copy" : "info-circle" })
  })
}

async function writeText(text) {
  try { await navigator.clipboard.writeText(text); return true } catch { return false }
}

// Plain http has no clipboard: select it and try the old way.
function select(place) {
  if (place.select) place.select()
  else getSelection().selectAllChildren(place)
  return document.execCommand("copy")
}
