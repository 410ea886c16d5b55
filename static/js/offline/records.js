// Records as phones and server agree on them. Nothing here knows a page or a database.

// RFC 9562 UUIDv7; ids of one maker always grow, even within a millisecond or when the clock is set back.
export function makeUuid7(now = Date.now, random = (bytes) => crypto.getRandomValues(bytes)) {
  let last = -1
  let count = 0
  return () => {
    const bytes = random(new Uint8Array(16))
    const moment = now()
    if (moment > last) {
      last = moment
      count = ((bytes[6] & 0x07) << 8) | bytes[7] // half the range is left to count upwards
    } else if (++count > 0xfff) {
      last += 1
      count = 0
    }
    let rest = last
    for (let i = 5; i >= 0; i -= 1) { bytes[i] = rest % 256; rest = Math.floor(rest / 256) }
    bytes[6] = 0x70 | (count >> 8)
    bytes[7] = count & 0xff
    bytes[8] = 0x80 | (bytes[8] & 0x3f)
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5")
  }
}

export const uuid7 = makeUuid7()

// JSON with sorted keys and no spaces, as Python's
// json.dumps(x, sort_keys=True, separators=(",", ":"), ensure_ascii=False).
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item ?? null)).join(",")}]`
  if (value && typeof value === "object") {
    const keys = Object.keys(value).filter((key) => value[key] !== undefined).sort()
    return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`
  }
  return JSON.stringify(value ?? null)
}

// Hex SHA-256 of text or bytes. Plain http pages have no crypto.subtle; they get our own, slower one.
export async function sha256(content) {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : new Uint8Array(content)
  const digest = crypto.subtle
    ? new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))
    : (await import("./sha256.js")).digest(bytes)
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("")
}

// Form fields to data: "a.b=1" -> {a: {b: "1"}}, "a[]" makes arrays, empty strings are left out, the last of
// equal names wins, an object wins over a plain value. The twin is patrol/web/forms.py; both are held to
// tests/js/nest_cases.json.
const MAX_DEPTH = 6
export function nest(entries) {
  const data = {}
  for (const [name, value] of entries) {
    const list = name.endsWith("[]")
    const path = (list ? name.slice(0, -2) : name).split(".")
    const last = path.pop()
    if (value === "" || path.length >= MAX_DEPTH || [...path, last].some((part) => !part || part === "__proto__")) continue
    let into = data
    for (const part of path) {
      if (!isObject(into[part])) into[part] = {}
      into = into[part]
    }
    const old = Object.hasOwn(into, last) ? into[last] : undefined
    if (isObject(old)) continue
    if (list) into[last] = [...(Array.isArray(old) ? old : []), value]
    else if (!Array.isArray(old)) into[last] = value
  }
  return data
}

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value)

// The frozen form of a record. `chain` is {seq, hash} of the device's previous record.
// Resolves to {envelope, chain}: the chain to keep for the next one.
// clock: the server's as this phone last heard it; replaces: id of the refused record that this one corrects.
export async function envelope({
  id, kind, user, data, photos = [], position = null, clock = null, replaces, captured_at, monotonic_ms,
}, chain) {
  const made = {
    id, kind, v: 1, seq: chain.seq + 1, prev: chain.hash, captured_at, monotonic_ms, position, clock, user, photos, data,
  }
  if (replaces) made.replaces = replaces
  return { envelope: made, chain: { seq: made.seq, hash: await sha256(canonical(made)) } }
}
