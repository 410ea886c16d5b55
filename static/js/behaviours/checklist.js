// A checklist: counts, fills, opens the reason of a failed row, says what is still missing.
// On the record form itself: <form data-behaviour="record-form checklist" …>
//   <b data-done></b> / <span data-total></span>   <progress data-progress max="6" value="0">
//   <button type="button" data-all-pass>全部合格</button>
//   <li data-item="gauge" [data-optional]>  one of:
//     radios named findings.gauge.result (pass|fail|na)
//     <input type="text" inputmode="decimal" name="findings.gauge.value" data-number [data-min] [data-max]> + <input type="hidden" name="findings.gauge.result">
//     radios or <select> named findings.gauge.choice, bad ones marked data-fail + the hidden result
//     <input|textarea name="findings.gauge.text" data-text> + the hidden result
//     <fieldset data-fail-area hidden disabled> photo-picker (data-min=1), reason chips, remark </fieldset>
//   </li>
//   <p data-failures hidden></p>   [data-behaviour=signature data-min=1]
//   <button type="submit" data-finish><span data-finish-text>完成</span></button>
// Rows get data-state = empty|pass|fail|na and data-gap where something is missing.
import { t } from "../app.js"
import { gapWord, judge, progress } from "../offline/findings.js"

export function attach(form) {
  const rows = [...form.querySelectorAll("[data-item]")]
  const finish = form.querySelector("[data-finish]")
  const finishText = finish?.querySelector("[data-finish-text], span")
  const ready = finishText?.textContent
  const counts = new Map() // picker or pad -> photos
  let now

  const show = () => {
    const pad = form.querySelector("[data-behaviour~='signature']")
    const signed = pad && Number(pad.dataset.min || 0) ? (counts.get(pad) ?? 0) > 0 : null
    now = progress(rows.map((row) => read(row, counts)), signed)
    rows.forEach((row, at) => row.toggleAttribute("data-gap", now.open.includes(at)))
    text(form, "[data-done]", String(now.done))
    text(form, "[data-total]", String(now.total))
    const bar = form.querySelector("[data-progress]")
    if (bar) { bar.max = now.total; bar.value = now.done }
    showFailures(form, now.failed.map((at) => rows[at]))
    const gap = gapWord(now)
    finish?.setAttribute("aria-disabled", String(Boolean(gap)))
    if (finishText) finishText.textContent = gap ? t(gap.key, gap) : ready
  }

  form.addEventListener("change", show)
  form.addEventListener("input", show)
  form.addEventListener("draft-restored", show)
  form.addEventListener("photos-changed", ({ target, detail }) => { counts.set(target, detail.count); show() })
  form.querySelector("[data-all-pass]")?.addEventListener("click", () => {
    for (const row of rows) if (row.dataset.state === "empty") passIfTap(row)
    form.dispatchEvent(new Event("change", { bubbles: true })) // the draft hears it too
  })
  finish?.addEventListener("click", (event) => {
    if (!gapWord(now)) return
    event.preventDefault()
    goTo(rows[now.open[0]] ?? form.querySelector("[data-behaviour~='signature']"))
  })
  show()
}

function read(row, counts) {
  const state = judge(facts(row))
  row.dataset.state = state
  const result = row.querySelector("input[type=hidden][name$='.result']")
  if (result) result.value = state === "empty" ? "" : state
  const area = row.querySelector("[data-fail-area]")
  if (area) area.hidden = area.disabled = state !== "fail"
  const number = row.querySelector("[data-number]")
  number?.setAttribute("aria-invalid", String(state === "fail"))
  const picker = area?.querySelector("[data-behaviour~='photo-picker']")
  return {
    state, required: !row.hasAttribute("data-optional"), photos: picker ? (counts.get(picker) ?? 0) : 0,
    needs: picker ? Number(picker.dataset.min || 0) : 0,
  }
}

function facts(row) {
  const number = row.querySelector("[data-number]")
  if (number) return { kind: "number", value: number.value.replace(",", "."), min: number.dataset.min, max: number.dataset.max }
  const written = row.querySelector("[data-text]")
  if (written) return { kind: "text", value: written.value }
  const choice = row.querySelector("input[name$='.choice']:checked, select[name$='.choice'] option:checked")
  if (choice) return { kind: "choice", value: choice.value, fails: choice.hasAttribute("data-fail") }
  return { kind: "result", value: row.querySelector("input[type=radio][name$='.result']:checked")?.value }
}

// Only what a tap can answer: a number must be read off, never assumed.
function passIfTap(row) {
  const pass = row.querySelector("input[type=radio][name$='.result'][value=pass]")
  if (pass) pass.checked = true
}

function showFailures(form, failed) {
  const place = form.querySelector("[data-failures]")
  if (!place) return
  place.hidden = !failed.length
  const names = failed.map((row) => row.dataset.name || row.querySelector("[data-name-text]")?.textContent.trim() || "")
  text(place, "[data-failures-text]", t("failed_items", { n: failed.length, names: names.filter(Boolean).join("、") }))
}

function goTo(place) {
  if (!place) return
  place.scrollIntoView({ block: "center" })
  place.querySelector("[data-fail-area]:not([hidden]) input, input:not([type=hidden]), select, canvas")?.focus({ preventScroll: true })
}

function text(root, selector, words) {
  const place = root.querySelector(selector)
  if (place && place.textContent !== words) place.textContent = words
}
