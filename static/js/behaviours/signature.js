// A pad to sign on with finger or mouse.
// <div data-behaviour="signature" data-name="signature" data-min="1">
//   <canvas width="560" height="220"></canvas> <button type="button" data-clear>重签</button>
//   <p data-error role="alert" hidden></p> [<input type="file" name="signature" accept="image/*"> without JavaScript]
//   [data-sheet: once signed, the same mark stands under the next lists of this person's shift, as on one sheet of paper,
//    and tells when it was made: <p data-same hidden><span data-same-text></span></p>]
// </div>
// Yields one JPEG, black on white. element.patrol as with photo-picker; `photos-changed` bubbles.
import { t } from "../app.js"
import { hhmm, isoWithZone } from "../offline/clock.js"
import { dropPhoto, formDraft, keepMark, keepPhoto, markOf, photosOf } from "../offline/drafts.js"
import { sha256, uuid7 } from "../offline/records.js"
import { toJpeg } from "../photos/shrink.js"

export async function attach(pad) {
  const canvas = pad.querySelector("canvas")
  const pen = canvas.getContext("2d")
  const form = pad.closest("form")
  const draft = formDraft(form) ? `${formDraft(form)}#${pad.dataset.name}` : null
  let id = uuid7()
  let kept = null // a signature that came back with the draft
  let given = false // a record has it under this id
  let keeping = Promise.resolve() // the draft's own copy: a record must not be made of it before it is written
  let mark = null // the one this person signed an earlier list of the shift with
  let length = 0 // pixels drawn: a stray tap is no signature
  let last = null

  const blank = () => { pen.fillStyle = "#fff"; pen.fillRect(0, 0, canvas.width, canvas.height) }
  const signed = () => length > 40
  const changed = () => {
    if (signed()) complain(pad, "")
    pad.toggleAttribute("data-signed", signed())
    showSame(pad, mark)
    pad.dispatchEvent(new CustomEvent("photos-changed", { bubbles: true }))
  }
  const at = (event) => {
    const box = canvas.getBoundingClientRect()
    return [(event.clientX - box.left) * (canvas.width / box.width), (event.clientY - box.top) * (canvas.height / box.height)]
  }
  const photo = async () => {
    if (kept) return kept
    if (mark) return { id, ...mark }
    const bytes = await (await toJpeg(canvas, 0.85)).arrayBuffer()
    return { id, bytes, type: "image/jpeg", sha256: await sha256(bytes), facts: { taken_at: isoWithZone(Date.now()), gallery: false } }
  }
  const line = (to) => {
    pen.beginPath()
    pen.moveTo(...last)
    pen.lineTo(...to)
    pen.stroke()
    length += Math.hypot(to[0] - last[0], to[1] - last[1])
    last = to
  }

  const inTurn = (work) => {
    if (draft) keeping = keeping.then(work).catch((error) => console.error(error))
  }
  // Other bytes are another picture: the server may have the first, and takes no second one under its id.
  const anew = () => {
    const before = kept?.id ?? id
    inTurn(() => dropPhoto(before))
    kept = mark = null
    given = false
    id = uuid7()
  }

  Object.assign(pen, { lineWidth: 6, lineCap: "round", lineJoin: "round", strokeStyle: "#10201f" })
  blank()
  canvas.style.touchAction = "none"
  canvas.addEventListener("pointerdown", (event) => {
    if (!event.isPrimary) return
    event.preventDefault()
    if (mark) clear() // a new mark, not one over the other
    else if (kept || given) anew()
    canvas.setPointerCapture(event.pointerId)
    last = at(event)
  })
  canvas.addEventListener("pointermove", (event) => {
    if (!last || !event.isPrimary) return
    for (const step of event.getCoalescedEvents?.() ?? []) line(at(step))
    line(at(event))
  })
  const lift = () => {
    if (!last) return
    last = null
    changed()
    inTurn(async () => { if (signed()) await keepPhoto(draft, await photo()) })
  }
  canvas.addEventListener("pointerup", lift)
  canvas.addEventListener("pointercancel", lift)
  const clear = () => {
    blank()
    length = 0
    anew()
    changed()
  }
  pad.querySelector("[data-clear]").addEventListener("click", clear)
  pad.querySelectorAll("input[type=file]").forEach((input) => { input.required = false; input.hidden = true })
  pad.patrol = {
    count: () => (signed() ? 1 : 0),
    ready: () => keeping,
    photos: async () => {
      await keeping
      if (!signed()) return []
      const taken = await photo()
      given = true
      if (pad.hasAttribute("data-sheet")) await keepMark(taken)
      return [taken]
    },
    problem: () => (Number(pad.dataset.min || 0) && !signed() ? t("sign_missing") : ""),
    complain: () => complain(pad, t("sign_missing")),
  }
  const mine = draft ? (await photosOf(draft)).at(-1) : null
  const found = mine ?? (pad.hasAttribute("data-sheet") ? await markOf() : null)
  if (!found) return
  const picture = await createImageBitmap(new Blob([found.bytes], { type: found.type }))
  if (length || last) { // signed while these were looked up: his hand counts
    if (mine && mine.id !== id) inTurn(() => dropPhoto(mine.id))
    return
  }
  if (mine) kept = strip(mine)
  else mark = found
  pen.drawImage(picture, 0, 0)
  length = Infinity
  changed()
}

const strip = ({ draft: _, user: __, at: ___, ...photo }) => photo

function complain(pad, text) {
  const place = pad.querySelector("[data-error]")
  pad.toggleAttribute("data-invalid", Boolean(text))
  if (place) { place.textContent = text; place.hidden = !text }
  if (text) pad.scrollIntoView({ block: "center" })
}

function showSame(pad, mark) {
  const note = pad.querySelector("[data-same]")
  if (!note) return
  note.hidden = !mark
  if (mark) note.querySelector("[data-same-text]").textContent = t("sign_same", { time: hhmm(mark.facts.taken_at) })
}
