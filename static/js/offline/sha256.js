// SHA-256 (FIPS 180-4) for pages without crypto.subtle, that is plain http on a local network.
const primes = (count) => {
  const found = []
  for (let n = 2; found.length < count; n += 1) if (found.every((p) => n % p)) found.push(n)
  return found
}
const fraction = (x) => ((x - Math.floor(x)) * 0x100000000) >>> 0
const K = primes(64).map((p) => fraction(Math.cbrt(p)))
const START = primes(8).map((p) => fraction(Math.sqrt(p)))
const turn = (x, n) => (x >>> n) | (x << (32 - n))

export function digest(bytes) {
  const length = Math.ceil((bytes.length + 9) / 64) * 64
  const padded = new Uint8Array(length)
  padded.set(bytes)
  padded[bytes.length] = 0x80
  const view = new DataView(padded.buffer)
  view.setUint32(length - 8, Math.floor(bytes.length / 0x20000000))
  view.setUint32(length - 4, (bytes.length << 3) >>> 0)
  const h = Int32Array.from(START)
  const w = new Int32Array(64)
  for (let at = 0; at < length; at += 64) block(h, w, view, at)
  const out = new DataView(new ArrayBuffer(32))
  h.forEach((word, i) => out.setInt32(i * 4, word))
  return new Uint8Array(out.buffer)
}

function block(h, w, view, at) {
  for (let i = 0; i < 16; i += 1) w[i] = view.getInt32(at + i * 4)
  for (let i = 16; i < 64; i += 1) {
    const a = w[i - 15]
    const b = w[i - 2]
    const s0 = turn(a, 7) ^ turn(a, 18) ^ (a >>> 3)
    const s1 = turn(b, 17) ^ turn(b, 19) ^ (b >>> 10)
    w[i] = w[i - 16] + s0 + w[i - 7] + s1
  }
  let [a, b, c, d, e, f, g, k] = h
  for (let i = 0; i < 64; i += 1) {
    const one = (k + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0
    const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0
    k = g; g = f; f = e; e = (d + one) | 0; d = c; c = b; b = a; a = (one + two) | 0
  }
  const step = [a, b, c, d, e, f, g, k]
  for (let i = 0; i < 8; i += 1) h[i] += step[i]
}
