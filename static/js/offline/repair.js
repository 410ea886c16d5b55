// Which step of a repair comes next on this phone. opened: the one the kept page was made with; taken: those done since.
const ORDER = ["visit", "done", "sign"]

export function nextStep(opened, taken) {
  let at = ORDER.indexOf(opened)
  if (at < 0) return null
  for (const step of taken) {
    if (step === "wait_parts" || step === "wait_owner") at = 0
    else if (ORDER.indexOf(step) >= at) at = ORDER.indexOf(step) + 1
  }
  return ORDER[at] ?? null
}
