// Where the phone is, if it knows quickly. Never asked for twice after a refusal, never waited for long.
import { isoWithZone } from "./clock.js"

let asked = null

// Start asking early (when the scanner opens), read late.
export function askPosition() {
  asked ??= new Promise((resolve) => {
    if (!navigator.geolocation) { resolve(null); return }
    const take = ({ coords, timestamp }) => resolve({
      lat: coords.latitude, lon: coords.longitude, accuracy_m: Math.round(coords.accuracy), fixed_at: isoWithZone(timestamp),
    })
    navigator.geolocation.getCurrentPosition(take, () => resolve(null), { maximumAge: 60_000, timeout: 5000, enableHighAccuracy: true })
  })
  return asked
}

// What is known within `patience` ms, or null; a fix older than a minute is not where somebody is now.
export async function quickPosition(patience = 300) {
  const late = new Promise((resolve) => { setTimeout(() => resolve(null), patience) })
  const found = await Promise.race([askPosition(), late])
  if (found && Date.now() - Date.parse(found.fixed_at) <= 60_000) return found
  if (found) asked = null
  return null
}
