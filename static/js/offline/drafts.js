// Half-filled forms, kept until they become a record, so that a dead phone loses nothing.
// A draft belongs to one person. Its photos lie in the photos store, marked with the draft's key.
import { currentUser, database, meta, write } from "./outbox.js"

const WEEK = 7 * 86_400_000
const SHEET = 12 * 3_600_000

export const draftKey = (key) => `${currentUser()}:${key}`

// fields: [[name, value]…] as FormData gives them.
export function keepFields(key, fields) {
  return write(["drafts"], (store) => store("drafts").put({ key, fields, at: Date.now() }))
}

export function keepPhoto(key, photo) {
  return write(["photos"], (store) => store("photos").put({ ...photo, user: currentUser(), draft: key, at: Date.now() }))
}

// The draft a form on this page belongs to: its own, or that of the refused item that is being corrected (#edit=<id>).
export const editing = () => new URLSearchParams(self.location.hash.slice(1)).get("edit")
export function formDraft(form) {
  const name = editing() ? `edit:${editing()}` : form?.dataset.draft
  return name ? draftKey(name) : null
}

export function dropPhoto(id) {
  return write(["records", "photos"], async (store) => {
    const photo = await store("photos").get(id)
    if (photo) await letGo(store, photo, await owned(store))
  })
}

// Photos that a record on this phone still shows stay with it; only the draft's mark comes off.
const owned = async (store) => new Set((await store("records").getAll()).flatMap((row) => row.envelope.photos))
function letGo(store, { draft: _, ...photo }, keep) {
  return keep.has(photo.id) ? store("photos").put(photo) : store("photos").delete(photo.id)
}

export async function fieldsOf(key) {
  return (await (await database()).get("drafts", key))?.fields ?? null
}

export async function photosOf(key) {
  const photos = await (await database()).getAll("photos")
  return photos.filter((photo) => photo.draft === key).sort((a, b) => (a.id < b.id ? -1 : 1))
}

// Drafts nobody came back to for a week are left behind.
export function sweep(now = Date.now()) {
  return write(["records", "drafts", "photos"], async (store) => {
    for (const draft of await store("drafts").getAll()) {
      if (draft.at < now - WEEK) await store("drafts").delete(draft.key)
    }
    const keep = await owned(store)
    for (let cursor = await store("photos").openCursor(); cursor; cursor = await cursor.continue()) {
      if (cursor.value.draft && cursor.value.at < now - WEEK) await letGo(store, cursor.value, keep)
    }
  })
}

// The mark under the lists of one shift: signed once, as on one sheet of paper. Another person's never comes back here.
const markName = () => `mark:${currentUser()}`

export function keepMark({ bytes, type, sha256, facts }) {
  return write(["meta"], (store) => store("meta").put({ name: markName(), value: { bytes, type, sha256, facts } }))
}

export async function markOf(now = Date.now()) {
  const mark = (await meta(markName())) ?? null
  const age = mark ? now - Date.parse(mark.facts.taken_at) : NaN
  return age >= 0 && age < SHEET ? mark : null
}
