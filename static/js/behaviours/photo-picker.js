// Takes 1-6 photos, shrinks them in a worker, shows them, and keeps them in the draft at once.
// <div data-behaviour="photo-picker" data-name="photos" data-min="1" data-max="6" [data-who="王建国"] [data-where="3栋12层"]>
//   <ul data-photos></ul>
//   <label data-add><input type="file" name="photos" accept="image/*" capture="environment" data-camera>
//     <span data-add-text>拍一张照片</span></label>
//   [<label><input type="file" accept="image/*" multiple data-gallery>从相册选</label>]
//   <p data-error role="alert" hidden></p>
// </div>
// element.patrol.take(file) adds a picture that another behaviour took with the camera.
// Previews are li.photo[data-photo=<id>] > img.photo__img, .photo__stamp (time · who, where), button.photo__drop. Inside
// form[data-draft] they survive a restart. element.patrol = {count(), ready(), photos(),
// problem(), complain()}; `photos-changed` bubbles.
import { el, icon, t, toast } from "../app.js"
import { hhmm, isoWithZone } from "../offline/clock.js"
import { dropPhoto, formDraft, keepPhoto, photosOf } from "../offline/drafts.js"
import { uuid7 } from "../offline/records.js"
import { press } from "../photos/press.js"

export async function attach(picker) {
  const taken = [] // {id, bytes, type, sha256, facts}
  const form = picker.closest("form") ?? document.getElementById(picker.dataset.form ?? "")
  const draft = formDraft(form) ? `${formDraft(form)}#${picker.dataset.name}` : null
  const max = Number(picker.dataset.max || 6)
  let working = Promise.resolve()
  const inTurn = (work) => {
    if (draft) working = working.then(work).catch((error) => console.error(error))
  }

  const changed = () => {
    picker.toggleAttribute("data-full", taken.length >= max)
    const add = picker.querySelector("[data-add]")
    if (add) add.hidden = taken.length >= max
    const text = picker.querySelector("[data-add-text]")
    if (text) text.textContent = t(taken.length ? "photo_more" : "photo_first")
    if (taken.length) complain(picker, "")
    picker.dispatchEvent(new CustomEvent("photos-changed", { bubbles: true }))
  }
  const remove = (photo, tile) => {
    const at = taken.indexOf(photo)
    if (at < 0) return
    taken.splice(at, 1)
    tile.hidden = true
    inTurn(() => dropPhoto(photo.id))
    changed()
    toast(t("photo_removed"), {
      undo: () => {
        if (taken.length >= max) return
        taken.splice(at, 0, photo)
        tile.hidden = false
        inTurn(() => keepPhoto(draft, photo))
        changed()
      },
    })
  }
  const add = (photo) => {
    taken.push(photo)
    picker.querySelector("[data-photos]").append(tileFor(photo, picker, remove))
    changed()
  }
  const take = async (file, gallery) => {
    if (taken.length >= max) return
    const taken_at = isoWithZone(Date.now())
    picker.setAttribute("aria-busy", "true")
    try {
      const { original_sha256, exif_at, ...pressed } = await press(file)
      const photo = { id: uuid7(), ...pressed, facts: { taken_at, gallery, exif_at, original_sha256 } }
      if (draft) await keepPhoto(draft, photo)
      add(photo)
    } catch (error) {
      const known = { photo_too_big: "photo_too_big", photo_empty: "photo_empty", QuotaExceededError: "phone_full" }
      complain(picker, t(known[error.message] ?? known[error.name] ?? "photo_failed"))
    } finally {
      picker.removeAttribute("aria-busy")
    }
  }

  for (const input of picker.querySelectorAll("input[type=file]")) {
    input.required = false // counted here; the browser would look at the emptied input
    const gallery = input.hasAttribute("data-gallery")
    const collect = () => {
      const files = [...input.files]
      input.value = "" // so that the same picture can be taken again, and no file is ever posted twice
      working = files.reduce((before, file) => before.then(() => take(file, gallery)), working)
    }
    input.addEventListener("change", collect)
    if (input.files.length) collect() // taken while this file was still on its way
  }
  picker.patrol = {
    count: () => taken.length,
    ready: () => working, // photos still being shrunk, or let go
    take: (file) => { working = working.then(() => take(file, false)); return working }, // of another camera on this page
    photos: async () => { await working; return [...taken] },
    problem: () => (taken.length < Number(picker.dataset.min || 0) ? t("photo_missing") : ""),
    complain: () => complain(picker, t("photo_missing")),
  }
  if (draft) for (const { draft: _, user: __, at: ___, ...photo } of await photosOf(draft)) add(photo)
}

function tileFor(photo, picker, remove) {
  const url = URL.createObjectURL(new Blob([photo.bytes], { type: photo.type }))
  const time = hhmm(photo.facts.taken_at)
  const { who, where } = picker.dataset
  const stamp = el("span.photo__stamp", { "aria-hidden": "true" }, [time, who].filter(Boolean).join(" · "))
  if (where) stamp.append(el("br"), where)
  const away = el("button.photo__drop", { type: "button", "aria-label": t("photo_remove") }, icon("x"))
  const image = el("img.photo__img", { src: url, alt: t("photo_alt", { time }) })
  const tile = el("li.photo.photo--square", { "data-photo": photo.id }, image, stamp, away)
  if (photo.facts.gallery) tile.dataset.gallery = ""
  away.addEventListener("click", () => remove(photo, tile))
  return tile
}

function complain(picker, text) {
  const place = picker.querySelector("[data-error]")
  if (!place) return
  place.textContent = text
  place.hidden = !text
  picker.toggleAttribute("data-invalid", Boolean(text))
  if (!text) return
  picker.scrollIntoView({ block: "center" })
  picker.querySelector("[data-camera], input[type=file]")?.focus({ preventScroll: true })
}
