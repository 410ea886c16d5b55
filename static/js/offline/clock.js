// Two clocks: the phone's, which anybody can set, and the server's, heard at each contact.

const MINUTE = 60_000

// Milliseconds to add to the phone's clock to get the server's; half the round trip is taken off.
export function offsetFrom(server, sent, received) {
  return Math.round(server - (sent + received) / 2)
}

// "2026-03-18T22:41:05.123+08:00": the phone's own time with its own zone. eastMinutes: 480 for China.
export function isoWithZone(moment, eastMinutes = -new Date(moment).getTimezoneOffset()) {
  const local = new Date(moment + eastMinutes * MINUTE).toISOString().slice(0, -1)
  const size = Math.abs(eastMinutes)
  const two = (n) => String(n).padStart(2, "0")
  return `${local}${eastMinutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`
}

// What a record says of the server's clock: {offset_ms, heard_at} from meta("clock"), or null before the first contact.
export function clockFact(heard) {
  if (!heard || !Number.isFinite(heard.offset)) return null
  return { offset_ms: heard.offset, heard_at: isoWithZone(heard.heard_at) }
}

// How long ago, in the largest whole unit: {unit: "min" | "hours" | "days", n}.
export function age(since, now) {
  const minutes = Math.max(1, Math.floor((now - since) / MINUTE))
  if (minutes < 60) return { unit: "min", n: minutes }
  if (minutes < 48 * 60) return { unit: "hours", n: Math.floor(minutes / 60) }
  return { unit: "days", n: Math.floor(minutes / 1440) }
}

// The wall clock as it was when the page opened plus what really passed since: it does not move when somebody
// sets the clock, so a difference to captured_at of over two minutes means it was set meanwhile.
export function monotonic(performance = self.performance) {
  return Math.round(performance.timeOrigin + performance.now())
}

export function clockWasSet(wall, steady) {
  return Math.abs(wall - steady) > 2 * MINUTE
}

// "22:41" from an ISO time, in the phone's zone.
export function hhmm(iso) {
  const date = new Date(iso)
  const two = (n) => String(n).padStart(2, "0")
  return `${two(date.getHours())}:${two(date.getMinutes())}`
}
