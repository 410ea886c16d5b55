// What waits on this phone, as one file that a supervisor can bring in: for the phone that cannot send any more.
import { isoWithZone } from "./clock.js"
import { database, meta, write } from "./outbox.js"

export const MOST_BYTES = 40 * 1024 * 1024

// Which items go into one file. items: in order, each {id, exported_at, bytes}. Those never saved come first; when all
// were, all are saved anew. At least one goes, whatever its size.
export function choosePart(items, most = MOST_BYTES) {
  const fresh = items.filter((item) => !item.exported_at)
  const part = []
  let size = 0
  for (const item of fresh.length ? fresh : items) {
    if (part.length && (size + item.bytes > most || part.length >= 400)) break
    part.push(item)
    size += item.bytes
  }
  return part
}

// "patrol-0217-20260318-2241.json"
export function fileName(staff, moment) {
  const stamp = isoWithZone(moment).slice(0, 16).replace(/[-:]/g, "").replace("T", "-")
  return `patrol-${String(staff || "phone").replace(/[^\w-]/g, "")}-${stamp}.json`
}

export function base64(buffer) {
  const bytes = new Uint8Array(buffer)
  let text = ""
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000))
  return btoa(text)
}

// rows: the records' rows. -> {name, blob, ids, left}: left = how many did not fit and wait for the next file.
export async function makeFile(rows, staff = "") {
  const db = await database()
  const photos = new Map()
  const items = []
  for (const row of rows) {
    let bytes = 0
    for (const id of row.envelope.photos) {
      const photo = await db.get("photos", id)
      if (photo) { photos.set(id, photo); bytes += photo.bytes.byteLength }
    }
    items.push({ id: row.id, exported_at: row.exported_at, bytes, row })
  }
  const part = choosePart(items)
  const now = Date.now()
  const packed = part.flatMap(({ row }) => row.envelope.photos).filter((id) => photos.has(id)).map((id) => {
    const { type, sha256, bytes } = photos.get(id)
    return { id, type, sha256, base64: base64(bytes) }
  })
  const content = {
    format: "patrol-outbox", v: 1, user: rows[0].user, staff_no: staff, device: (await meta("device")) ?? null,
    sent_at: isoWithZone(now), records: part.map(({ row }) => row.envelope), photos: packed,
  }
  const blob = new Blob([JSON.stringify(content)], { type: "application/json" })
  const ids = part.map((item) => item.id)
  const saved = new Set(ids)
  const left = rows.filter((row) => !saved.has(row.id) && !row.exported_at).length
  return { name: fileName(staff, now), blob, ids, left }
}

// Remembered, so that putting away need not ask twice.
export function markExported(ids, at = new Date().toISOString()) {
  return write(["records"], async (store) => {
    for (const id of ids) {
      const row = await store("records").get(id)
      if (row) await store("records").put({ ...row, exported_at: at })
    }
  })
}
