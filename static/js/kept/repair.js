// A repair's page without signal: the step after those taken on this phone is open, the others are hidden.
import { deeds } from "../offline/local.js"
import { nextStep } from "../offline/repair.js"

export async function fill() {
  const id = /\/repairs\/([0-9a-f-]{36})/.exec(location.pathname)?.[1]
  const sections = [...document.querySelectorAll("[data-step]")]
  const opened = sections.find((section) => !section.hidden)?.dataset.step ?? null
  const taken = (await deeds()).filter((deed) => deed.kind === "repair_step" && deed.order === id && !deed.look)
  const next = nextStep(opened, taken.map((deed) => deed.step))
  for (const section of sections) section.hidden = section.dataset.step !== next
  document.querySelector("[data-part=step-kept]").hidden = next !== null || opened === null
}
