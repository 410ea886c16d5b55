// A checklist: counts, fills, opens what a failed row needs, says what is still missing.
// On the record form itself: <form data-behaviour="record-form checklist" …>
//   <b data-done></b> / <span data-total></span>   <progress data-progress max="6" value="0">
//   <div data-needs-js hidden><button type="button" data-all-pass>全部合格</button></div>
//   <div data-item="gauge" data-name="压力表" [data-optional]>  one of:
//     radios named findings.gauge.result (pass|fail)
//     <input type="text" inputmode="decimal" name="findings.gauge.value" data-number [data-min] [data-max]>; of several
//       (findings.days.samples.1 and on) the lowest counts
//     radios or <select> named findings.gauge.choice, bad ones marked data-fail [data-word="压力不足"], the good one
//       data-good; a bad one without a value only says "not good": the reason is still to be chosen
//     <input|textarea name="findings.gauge.text" data-text>
//     <div data-photo-item> photo-picker or signature </div>
//     and in any row <input type="checkbox|radio" name="findings.gauge.result" value="na" data-na>
//     <fieldset data-fail-area> photo-picker (data-min=1), reasons, remark,
//       [<fieldset data-units> <input data-count data-max="24"> <input data-which> </fieldset>, of a group: how many and which],
//       [<input type="checkbox" data-fixed> <fieldset data-fixed-area> photo-picker </fieldset>] </fieldset>
//     [<div data-asked> photo-picker <input type="hidden" name="asked"> </div>, a photo asked for by lot]
//     <fieldset data-na-area> <input data-why> </fieldset>
//   </div>
//   <div data-failures hidden><b data-failures-text></b></div>   [data-behaviour=signature data-min=1]
//   <button type="submit" data-finish><span data-finish-text>完成</span></button>
// data-ahead: {made_at, due}: what else is due around here, as the pack tells it; the first not filled yet is gone on to.
// Rows get data-state = empty|pass|fail|na and data-gap where something is missing.
import { t } from "../app.js"
import { stillDue } from "../offline/due.js"
import { gapWord, judge, lowest, progress, someOf } from "../offline/findings.js"
import { deeds } from "../offline/local.js"

const OWN_PAD = "[data-behaviour~='signature'][data-name=signature]" // not that of an item

export function attach(form) {
  const rows = [...form.querySelectorAll("[data-item]")]
  // getAttribute: a field named id hides form.id
  const finish = form.querySelector("[data-finish]") ?? document.querySelector(`[data-finish][form="${form.getAttribute("id")}"]`)
  const finishText = finish?.querySelector("[data-finish-text], span")
  const ready = finishText?.textContent
  let now

  const show = () => {
    const pad = form.querySelector(OWN_PAD)
    const signed = pad && Number(pad.dataset.min || 0) ? count(pad) > 0 : null
    now = progress(rows.map((row) => read(row)), signed)
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

  // A photo drawn by lot is asked for once more, never insisted on.
  let reminded = false
  const remind = (event) => {
    const ask = form.querySelector("[data-asked]")
    if (reminded || !ask || count(ask.querySelector("[data-behaviour~='photo-picker']"))) return
    reminded = true
    event.preventDefault()
    goTo(ask)
    if (finishText) finishText.textContent = t("ask_first")
  }

  form.querySelectorAll("[data-needs-js]").forEach((part) => { part.hidden = false })
  form.addEventListener("change", show)
  form.addEventListener("input", show)
  form.addEventListener("draft-restored", show)
  form.addEventListener("photos-changed", show)
  form.querySelector("[data-all-pass]")?.addEventListener("click", () => {
    for (const row of rows) if (row.dataset.state === "empty") passIfTap(row)
    form.dispatchEvent(new Event("change", { bubbles: true })) // the draft hears it too
  })
  finish?.addEventListener("click", (event) => {
    if (!gapWord(now)) { remind(event); return }
    event.preventDefault()
    goTo(rows[now.open[0]] ?? form.querySelector(OWN_PAD))
  })
  show()
  goOn(form)
}

// Where to go when this one is finished: the first around here that is not filled already, sent or not.
async function goOn(form) {
  const ahead = form.dataset.ahead && JSON.parse(form.dataset.ahead)
  const [next] = ahead ? stillDue(ahead, await deeds()) : []
  if (next) form.dataset.next = next.url
  delete form.dataset.ahead // it is settled
}

function read(row) {
  const said = facts(row)
  const state = said.undecided ? "fail" : judge(said)
  row.dataset.state = state
  const areas = [["[data-fail-area]", state === "fail"], ["[data-na-area]", state === "na"],
    ["[data-fixed-area]", Boolean(row.querySelector("[data-fixed]:checked"))]]
  for (const [selector, open] of areas) {
    const area = row.querySelector(selector)
    if (area) area.hidden = area.disabled = !open
  }
  for (const number of row.querySelectorAll("[data-number]")) number.setAttribute("aria-invalid", String(state === "fail"))
  const pickers = [...row.querySelectorAll("[data-behaviour~='photo-picker']")].filter((one) => !one.closest("[hidden], [data-asked]"))
  const short = pickers.some((one) => count(one) < Number(one.dataset.min || 0))
  row.toggleAttribute("data-proved", pickers.some(count))
  const unnamed = state === "fail" && lacksUnits(row.querySelector("[data-units]:not([disabled])"))
  const silent = state === "na" && !row.querySelector("[data-why]")?.value.trim()
  return { state, required: !row.hasAttribute("data-optional"), lacks: short || silent || unnamed || Boolean(said.undecided) }
}

// Of a group it is said how many failed, and which; what the ledger's date makes fail asks nothing.
function lacksUnits(area) {
  if (!area) return false
  const count = area.querySelector("[data-count]")
  const bad = !someOf(count.value, count.dataset.max)
  count.setAttribute("aria-invalid", String(bad && Boolean(count.value.trim())))
  return bad || !area.querySelector("[data-which]").value.trim()
}

// Asked for, not remembered: a draft's photos may have come back before this file arrived.
const count = (picker) => picker.patrol?.count() ?? 0

function facts(row) {
  if (row.querySelector("[data-na]:checked")) return { kind: "result", value: "na" }
  const numbers = [...row.querySelectorAll("[data-number]")]
  if (numbers.length) return { kind: "number", value: lowest(numbers.map((one) => one.value)), min: numbers[0].dataset.min, max: numbers[0].dataset.max }
  const written = row.querySelector("[data-text]")
  if (written) return { kind: "text", value: written.value }
  const taken = row.querySelector("[data-photo-item] :is([data-behaviour~='photo-picker'], [data-behaviour~='signature'])")
  if (taken) return { kind: "text", value: count(taken) ? "taken" : "" }
  const choice = row.querySelector("input[name$='.choice']:checked, select[name$='.choice'] option:checked")
  if (choice) {
    const fails = choice.hasAttribute("data-fail")
    return { kind: "choice", value: choice.value, fails, undecided: fails && !choice.value }
  }
  return { kind: "result", value: row.querySelector("input[type=radio][name$='.result']:checked")?.value }
}

// Only what a tap can answer: a number must be read off, never assumed.
function passIfTap(row) {
  const pass = row.querySelector("input[type=radio][name$='.result'][value=pass]:enabled, input[type=radio][data-good]")
  if (pass) pass.checked = true
}

function showFailures(form, failed) {
  const place = form.querySelector("[data-failures]")
  if (!place) return
  place.hidden = !failed.length
  const names = failed.map((row) => row.querySelector("[data-fail][data-word]:checked")?.dataset.word || row.dataset.name || "")
  text(place, "[data-failures-text]", t("failed_items", { n: failed.length, names: names.filter(Boolean).join("、") }))
}

function goTo(place) {
  if (!place) return
  place.scrollIntoView({ block: "center" })
  const first = "[data-fail-area]:not([hidden]) input, [data-na-area]:not([hidden]) input, input:not([type=hidden]), select, canvas"
  place.querySelector(first)?.focus({ preventScroll: true })
}

function text(root, selector, words) {
  const place = root.querySelector(selector)
  if (place && place.textContent !== words) place.textContent = words
}
