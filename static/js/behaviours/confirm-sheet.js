// Asks before a form is sent or a link followed. The safe answer comes first and has the focus.
// <form|a data-behaviour="confirm-sheet" data-sheet="id-of-dialog" [data-only-when="waiting"]>
// <dialog id="…" class="sheet"><h2>…</h2><button type="button" data-no autofocus>…</button><button type="button" data-yes>…</button></dialog>
// data-only-when="waiting": asks only while something unsent lies on the phone (for signing out).
export function attach(asker) {
  const dialog = document.getElementById(asker.dataset.sheet)
  if (!dialog) return
  let sure = false
  let submitter = null

  const ask = async (event) => {
    if (sure) return
    event.preventDefault()
    event.stopImmediatePropagation()
    submitter = event.submitter ?? null
    if (asker.dataset.onlyWhen === "waiting" && !(await somethingWaits())) { go(); return }
    dialog.showModal()
  }
  const go = () => {
    sure = true
    if (asker.tagName === "FORM") asker.requestSubmit(submitter)
    else asker.click()
    sure = false
  }
  asker.dataset.asks = ""
  asker.addEventListener(asker.tagName === "FORM" ? "submit" : "click", ask, true)
  dialog.querySelector("[data-yes]").addEventListener("click", () => { dialog.close(); go() })
  dialog.querySelector("[data-no]").addEventListener("click", () => dialog.close())
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close() })
}

async function somethingWaits() {
  try {
    const { summary } = await import("../offline/outbox.js")
    return (await summary()).mine.length > 0
  } catch { return false }
}
