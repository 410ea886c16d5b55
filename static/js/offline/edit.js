// Opening a refused item again in the form of its kind. Its content goes into a draft of its own.
import { draftKey } from "./drafts.js"
import { database, write } from "./outbox.js"

const LEFT_OUT = new Set(["photo_facts", "version"]) // the new page brings the newest version

// The address of the form for a record, or null where there is nothing to fill in again.
export function formFor({ kind, data }, problem) {
  const query = (values) => new URLSearchParams(Object.entries(values).filter(([, value]) => value)).toString()
  if (kind === "hazard") {
    if (data.seen_again) return `/hazards/new?${query({ seen_again: data.seen_again, scan: data.scan })}`
    if (problem?.code === "not_found") return "/hazards/new?place=" // its place is gone: choose another
    return `/hazards/new?${query({ place: data.place, scan: data.scan }) || "place="}`
  }
  if (kind === "inspection") {
    return `/inspections/new?${query({ checklist: data.checklist, equipment: data.equipment, place: data.place })}`
  }
  if (kind === "work_order_step") return `/hazards/${data.order}?${query({ step: data.step })}`
  return null
}

// The field of a record that can be written again in one line, without a form of its own: "code" | "text" | "note".
export const lineOf = ({ kind }) => ({ scan: "code", round_note: "text", visit: "note" })[kind] ?? null

// The way back from nest() in records.js. photos: the record's photo ids.
// -> {fields: [[name, value]…], pictures: [[name, photo id]…]}
export function unnest(data, photos = []) {
  const ids = new Set(photos)
  const out = { fields: [], pictures: [] }
  const walk = (value, name) => {
    if (Array.isArray(value)) {
      for (const item of value) {
        if (ids.has(item)) out.pictures.push([name, item])
        else if (typeof item !== "object") out.fields.push([`${name}[]`, String(item)])
      }
    } else if (value && typeof value === "object") {
      for (const [key, inner] of Object.entries(value)) walk(inner, name ? `${name}.${key}` : key)
    } else if (value !== null && value !== undefined) out.fields.push([name, String(value)])
  }
  for (const [key, value] of Object.entries(data)) if (!LEFT_OUT.has(key)) walk(value, key)
  return out
}

// Lays the item's content out as a draft. -> the address to go to, or null.
export async function layOut(item) {
  const { id, user, envelope, problem } = item
  const url = formFor(envelope, problem)
  if (!url) return null
  const key = draftKey(`edit:${id}`)
  const { fields, pictures } = unnest(envelope.data, envelope.photos)
  const kept = await (await database()).get("drafts", key)
  if (!kept) {
    await write(["drafts", "photos"], async (store) => {
      await store("drafts").put({ key, fields, at: Date.now() })
      for (const [name, photo] of pictures) {
        const bytes = await store("photos").get(photo)
        const facts = envelope.data.photo_facts?.[photo] ?? { taken_at: envelope.captured_at, gallery: false }
        if (bytes) await store("photos").put({ ...bytes, user, facts, draft: `${key}#${name}`, at: Date.now() })
      }
    })
  }
  return `${url}#edit=${id}`
}
