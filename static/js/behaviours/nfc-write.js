// <button type="button" data-behaviour="nfc-write" data-url="https://…/c/…" hidden>: writes a tag where the phone can.
import { buzz, t, toast } from "../app.js"
import { hasNfc, writeTag } from "../offline/nfc.js"

export function attach(button) {
  if (!hasNfc()) return
  button.hidden = false
  button.addEventListener("click", async () => {
    button.setAttribute("aria-busy", "true")
    toast(t("nfc_hold"))
    try {
      await writeTag(button.dataset.url)
      buzz(60)
      toast(t("nfc_written"), { name: "check" })
    } catch (error) {
      console.warn(error)
      toast(t("nfc_failed"), { name: "alert-circle", stay: true })
    }
    button.removeAttribute("aria-busy")
  })
}
