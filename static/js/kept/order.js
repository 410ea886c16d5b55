// An order's page without signal: what was done about it on this phone is not asked for again.
import { deeds } from "../offline/local.js"

export async function fill() {
  const id = /\/hazards\/([0-9a-f-]{36})/.exec(location.pathname)?.[1]
  const done = (await deeds()).some((deed) => deed.kind === "work_order_step" && deed.order === id && deed.step === "rectify" && !deed.look)
  document.querySelector("[data-part=step-kept]").hidden = !done
  if (!done) return
  document.getElementById("do")?.remove()
  document.querySelector(".focus__foot")?.remove()
}
