// A form whose fields become a record in the outbox; without this file it posts to its action as any form.
// <form data-behaviour="record-form" data-record="hazard" data-next="/today" method="post" enctype="multipart/form-data"
//   [data-follow] [data-draft="hazard:<place>"] [data-queue-title="隐患"] [data-queue-note="3 栋 12 层"] [data-queue-icon="alert-triangle"]>
//   inputs (a checked input or chosen option with data-queue-text adds to the queue's title)
//   [data-behaviour~="photo-picker"], [data-behaviour~="signature"]   their photos go in at their data-name
//   <p data-problem role="alert" hidden></p>
//   <button type="submit"><span data-online-label>上报</span><span data-offline-label hidden>先存手机，有网就上传</span></button>
// </form>
// A hidden input named started_at is filled when the form opens; one named scan takes #scan=<id> from the address.
// data-then="scan": the next page is told the record's id as #scan=<id>. data-fact: JSON that save() remembers.
// #edit=<id>: the form opens with what that refused item held (offline/edit.js) and replaces it, at its time.
// data-follow: waits up to 2.5 s for the server's answer and goes to its url. `draft-restored` fires after a draft came back.
import { t, toast, toastNext, whenAttached } from "../app.js"
import { isoWithZone } from "../offline/clock.js"
import { editing, fieldsOf, formDraft, keepFields, sweep } from "../offline/drafts.js"
import { factOf } from "../offline/fact.js"
import { nest } from "../offline/records.js"
import { database } from "../offline/outbox.js"
import { room } from "../offline/room.js"
import { deliver, save } from "../offline/save.js"

const ENVELOPE = new Set(["csrf_token", "id", "captured_at"])
const PATIENCE = 2500
const PICKERS = "[data-behaviour~='photo-picker'], [data-behaviour~='signature']"

export async function attach(form) {
  form.noValidate = true // asked below, so that a field nobody can see never blocks in silence
  fillHidden(form)
  showLabels(form)
  if (formDraft(form)) await attachDraft(form)
  warnWhenTight()
  // Back from the next page: what was sent must not stand here as if it were still to send.
  addEventListener("pageshow", ({ persisted }) => { if (persisted && busy) location.reload() })
  let busy = false
  let refused = editing() // the item the server would not take; the corrected one replaces it
  form.addEventListener("submit", async (event) => {
    event.preventDefault()
    if (busy) return
    busy = true
    try {
      refused = await submit(form, event.submitter, refused)
    } finally {
      busy = false
    }
  })
}

// Those inside, and those that stand elsewhere on the page and name it (data-form).
function pickersOf(form) {
  const outside = form.id ? [...document.querySelectorAll(`[data-form="${CSS.escape(form.id)}"]`)] : []
  return [...form.querySelectorAll(PICKERS), ...outside]
}

// What was answered otherwise in the end: its pictures go with the draft, or they would stand in the next one.
const isAside = (picker) => Boolean(picker.closest("[hidden], fieldset:disabled"))

// -> the id of a refused record while the person stays on the page, else never comes back (it moves on).
async function submit(form, submitter, replaces) {
  say(form, "")
  const button = submitter ?? form.querySelector("[type=submit]")
  setBusy(button, true)
  await Promise.all(pickersOf(form).map(async (picker) => { await whenAttached(picker); await picker.patrol?.ready() }))
  const pickers = pickersOf(form).filter((picker) => !isAside(picker))
  const picker = pickers.find((one) => one.patrol?.problem())
  const field = [...form.elements].find((one) => one.willValidate && !one.validity.valid)
  if (picker || field) {
    setBusy(button, false)
    complain(form, picker, field)
    return replaces
  }
  try {
    const id = await keep(form, submitter, pickers, replaces)
    const answer = form.hasAttribute("data-follow") && navigator.onLine ? await deliver(id, PATIENCE) : null
    if (answer?.status === "refused") {
      setBusy(button, false)
      say(form, answer.problem.text)
      return id
    }
    const [words, picture] = answer ? ["sent", "cloud-check"] : navigator.onLine ? ["saved_sending", "cloud-upload"] : ["saved_on_phone", "device-mobile-up"]
    toastNext(t(words), picture)
    const next = form.dataset.then ? `${form.dataset.next}#${form.dataset.then}=${id}` : form.dataset.next
    location.assign((form.hasAttribute("data-follow") && answer?.url) || next || "/")
    return new Promise(() => {}) // the page is leaving: a second tap finds it busy
  } catch (error) {
    console.error(error)
    form.resumeDraft?.()
    setBusy(button, false)
    say(form, t(error.name === "QuotaExceededError" ? "phone_full" : "not_saved"))
    return replaces
  }
}

// What stands first on the page is asked for first. A radio in a closed sheet speaks through the first of its group.
function complain(form, picker, field) {
  const first = field?.type === "radio" ? form.querySelector(`input[name="${CSS.escape(field.name)}"]`) : field
  if (picker && (!first || picker.compareDocumentPosition(first) & Node.DOCUMENT_POSITION_FOLLOWING)) {
    picker.patrol.complain()
    return
  }
  const group = first.type === "radio" ? first.closest("fieldset") : null
  if (group) say(form, t("choose_one", { what: group.querySelector("legend")?.textContent.trim() ?? "" }))
  ;(group ?? first).scrollIntoView({ block: "center" })
  first.reportValidity()
}

async function keep(form, submitter, pickers, replaces) {
  const data = nest(fields(form, submitter))
  const photos = []
  for (const picker of pickers) {
    const taken = await picker.patrol.photos()
    if (!taken.length) continue
    put(data, picker.dataset.name, taken.map((photo) => photo.id))
    photos.push(...taken)
  }
  if (photos.length) data.photo_facts = Object.fromEntries(photos.map(({ id, facts }) => [id, facts]))
  const aside = await Promise.all(pickersOf(form).filter(isAside).map((picker) => picker.patrol?.photos() ?? []))
  const place = formDraft(form) ?? undefined
  const when = replaces && replaces === editing() ? await timesOf(replaces) : null
  await form.stopDraft?.()
  const { queueTitle, queueIcon, record: kind } = form.dataset
  return save({
    kind, data, photos, fact: { ...factOf(kind, data), ...JSON.parse(form.dataset.fact ?? "{}") }, draft: place, replaces, when,
    leftover: aside.flat().map((photo) => photo.id), icon: queueIcon,
    title: [queueTitle || t(`kind_${kind}`), ...chosenWords(form)].join(" · "), note: noteFor(form, photos.length),
  })
}

// A correction says the same moment as the item it corrects.
async function timesOf(id) {
  const row = await (await database()).get("records", id)
  if (!row) return null
  const { captured_at, monotonic_ms, clock = null, position } = row.envelope
  return { captured_at, monotonic_ms, clock, position }
}

// Said before it hurts: while there is still room for this form.
async function warnWhenTight() {
  const tight = await room().catch(() => null)
  if (tight?.word) toast(t(tight.word, tight), { name: "device-floppy", stay: true })
}

function fields(form, submitter) {
  const entries = [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !ENVELOPE.has(name))
  if (submitter?.name) entries.push([submitter.name, submitter.value])
  return entries
}

// put({}, "findings.gauge.photos", ids)
function put(data, name, value) {
  const path = name.split(".")
  const last = path.pop()
  let into = data
  for (const part of path) into = into[part] ??= {}
  into[last] = [...(into[last] ?? []), ...value]
}

function chosenWords(form) {
  return [...form.querySelectorAll("input:checked[data-queue-text], option:checked[data-queue-text]")]
    .map((choice) => choice.dataset.queueText)
}

function noteFor(form, photos) {
  const parts = [photos ? t("photo_count", { n: photos }) : "", form.dataset.queueNote]
  return parts.filter(Boolean).join(" · ")
}

function setBusy(button, on) {
  if (!button) return
  const words = [...button.querySelectorAll("span")].filter((span) => !span.hidden).at(-1)
  button.style.inlineSize = on ? `${button.offsetWidth}px` : "" // the button must not jump under the thumb
  button.setAttribute("aria-busy", String(on))
  if (!words) return
  if (on) { words.dataset.ready = words.textContent; words.textContent = t("saving") }
  else words.textContent = words.dataset.ready ?? words.textContent
}

// Errors stay in place, never in a toast.
function say(form, text) {
  const place = form.querySelector("[data-problem]")
  if (!place) { if (text) toast(text, { name: "alert-circle", stay: true }); return }
  place.textContent = text
  place.hidden = !text
  if (text) place.scrollIntoView({ block: "center" })
}

function fillHidden(form) {
  const { started_at: started, scan } = form.elements
  if (started?.type === "hidden" && !started.value) started.value = isoWithZone(Date.now())
  const found = new URLSearchParams(location.hash.slice(1)).get("scan")
  if (scan?.type === "hidden" && !scan.value && found) scan.value = found
}

// The button says what a tap does: take a photo first, send, or keep until there is signal.
function showLabels(form) {
  const show = () => {
    const bare = pickersOf(form).some((picker) => picker.patrol?.problem() && !picker.closest("[hidden]"))
    for (const button of [...form.elements].filter((one) => one.type === "submit")) {
      if (!button.querySelector("[data-offline-label]")) continue
      const wanted = bare && button.querySelector("[data-photo-label]") ? "photo" : navigator.onLine ? "online" : "offline"
      for (const name of ["photo", "online", "offline"]) {
        button.querySelectorAll(`[data-${name}-label]`).forEach((label) => { label.hidden = name !== wanted })
      }
      button.toggleAttribute("data-bare", wanted === "photo")
    }
  }
  addEventListener("online", show)
  addEventListener("offline", show)
  form.addEventListener("photos-changed", show)
  pickersOf(form).forEach(async (picker) => { await whenAttached(picker); show() })
  show()
}

async function attachDraft(form) {
  const key = formDraft(form)
  let timer = 0
  let writing = Promise.resolve()
  let over = false
  const keepNow = () => {
    clearTimeout(timer)
    timer = 0
    if (!over) writing = keepFields(key, fields(form)).catch((error) => console.error(error))
    return writing
  }
  const keepSoon = () => { clearTimeout(timer); timer = setTimeout(keepNow, 120) }
  restore(form, (await fieldsOf(key)) ?? [])
  form.addEventListener("input", keepSoon)
  form.addEventListener("change", keepSoon)
  addEventListener("pagehide", () => { if (timer) keepNow() })
  document.addEventListener("visibilitychange", () => { if (document.hidden && timer) keepNow() })
  // The record takes the draft's place; a late keystroke must not bring it back.
  form.stopDraft = async () => { clearTimeout(timer); over = true; await writing }
  form.resumeDraft = () => { over = false; keepSoon() } // it could not be saved
  sweep().catch(() => {})
}

function restore(form, entries) {
  if (!entries.length) return
  for (const box of form.querySelectorAll("input[type=checkbox]")) box.checked = false
  for (const [name, value] of entries) {
    const [field] = [...form.elements].filter((one) => one.name === name && fits(one, value))
    if (!field) continue
    if (field.type === "checkbox" || field.type === "radio") field.checked = true
    else field.value = value
  }
  form.dispatchEvent(new CustomEvent("draft-restored", { bubbles: true }))
}

const fits = (field, value) => (["checkbox", "radio"].includes(field.type) ? field.value === value : field.type !== "file")
