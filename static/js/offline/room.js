// How much room the browser leaves us, looked at before it hurts.
import { database } from "./outbox.js"

const FULL = 0.8
const MANY = 200
const MB = 1024 * 1024

// usage, quota in bytes (quota 0: unknown); photos: how many lie here.
// -> {word: null | "room_tight" | "room_photos", percent, photos, free: MB}
export function roomState({ usage = 0, quota = 0, photos = 0 }) {
  const share = quota > 0 ? usage / quota : 0
  const word = share > FULL ? "room_tight" : photos >= MANY ? "room_photos" : null
  return { word, percent: Math.round(share * 100), photos, free: Math.max(0, Math.floor((quota - usage) / MB)) }
}

export async function room() {
  const { usage, quota } = (await navigator.storage?.estimate?.()) ?? {}
  const photos = await (await database()).count("photos")
  return roomState({ usage, quota, photos })
}
