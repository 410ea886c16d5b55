// The time a JPEG says it was taken, read before the picture is shrunk (which drops all EXIF).

const DATE_TIME = 0x0132, EXIF_FOLDER = 0x8769, ORIGINAL = 0x9003, OFFSET_ORIGINAL = 0x9011

// bytes: Uint8Array of the file. -> "2026-03-18T22:31:05" with "+08:00" when the file says so, or null.
// Never throws: a broken file has no time.
export function takenAt(bytes) {
  try { return readTime(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)) } catch { return null }
}

function readTime(view) {
  if (view.getUint16(0) !== 0xffd8) return null
  for (let at = 2; at + 4 < view.byteLength;) {
    const marker = view.getUint16(at)
    const length = view.getUint16(at + 2)
    if (marker === 0xffe1 && view.getUint32(at + 4) === 0x45786966) return readTiff(view, at + 10)
    if ((marker & 0xff00) !== 0xff00 || marker === 0xffda || length < 2) return null
    at += 2 + length
  }
  return null
}

function readTiff(view, base) {
  const little = view.getUint16(base) === 0x4949
  const folder = (offset) => {
    const tags = new Map()
    const count = Math.min(view.getUint16(base + offset, little), 512)
    for (let i = 0; i < count; i += 1) {
      const at = base + offset + 2 + i * 12
      tags.set(view.getUint16(at, little), at)
    }
    return tags
  }
  const text = (at) => {
    if (at === undefined || view.getUint16(at + 2, little) !== 2) return null
    const size = Math.min(view.getUint32(at + 4, little), 64)
    const from = size <= 4 ? at + 8 : base + view.getUint32(at + 8, little)
    let out = ""
    for (let i = 0; i < size; i += 1) out += String.fromCharCode(view.getUint8(from + i))
    return out.replace(/\0.*$/s, "").trim()
  }
  const first = folder(view.getUint32(base + 4, little))
  const more = first.has(EXIF_FOLDER) ? folder(view.getUint32(first.get(EXIF_FOLDER) + 8, little)) : new Map()
  return toIso(text(more.get(ORIGINAL)) ?? text(first.get(DATE_TIME)), text(more.get(OFFSET_ORIGINAL)))
}

function toIso(time, offset) {
  const found = /^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)$/.exec(time ?? "")
  if (!found || found[1] === "0000") return null
  const zone = /^[+-]\d\d:\d\d$/.test(offset ?? "") ? offset : ""
  return `${found[1]}-${found[2]}-${found[3]}T${found[4]}${zone}`
}
