import assert from "node:assert/strict"
import { test } from "node:test"

import { takenAt } from "../../static/js/photos/exif.js"
import { enlargeCentre } from "../../static/js/photos/pixels.js"
import { fit } from "../../static/js/photos/shrink.js"

function jpegWithExif({ little, time, offset }) {
  const tiff = Buffer.alloc(140)
  const u16 = (v, at) => (little ? tiff.writeUInt16LE(v, at) : tiff.writeUInt16BE(v, at))
  const u32 = (v, at) => (little ? tiff.writeUInt32LE(v, at) : tiff.writeUInt32BE(v, at))
  const tag = (at, id, type, count, value) => { u16(id, at); u16(type, at + 2); u32(count, at + 4); u32(value, at + 8) }
  tiff.write(little ? "II" : "MM", 0, "latin1")
  u16(42, 2); u32(8, 4); u16(1, 8)
  tag(10, 0x8769, 4, 1, 30)
  u16(2, 30)
  tag(32, 0x9003, 2, 20, 80)
  tag(44, 0x9011, 2, 7, 110)
  tiff.write(`${time}\0`, 80, "latin1")
  tiff.write(`${offset}\0`, 110, "latin1")
  const app1 = Buffer.concat([Buffer.from("Exif\0\0", "latin1"), tiff])
  const head = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 1, 0xff, 0xe1, 0, app1.length + 2])
  return new Uint8Array(Buffer.concat([head, app1, Buffer.from([0xff, 0xda, 0, 0])]))
}

test("the time a photo was taken is read in either byte order", () => {
  for (const little of [true, false]) {
    const photo = jpegWithExif({ little, time: "2026:03:18 22:31:05", offset: "+08:00" })
    assert.equal(takenAt(photo), "2026-03-18T22:31:05+08:00")
  }
  assert.equal(takenAt(jpegWithExif({ little: true, time: "2026:03:18 22:31:05", offset: "" })), "2026-03-18T22:31:05")
  assert.equal(takenAt(jpegWithExif({ little: true, time: "0000:00:00 00:00:00", offset: "" })), null)
})

test("a broken or foreign file has no time and does no harm", () => {
  const whole = jpegWithExif({ little: true, time: "2026:03:18 22:31:05", offset: "+08:00" })
  for (let cut = 0; cut < whole.length; cut += 1) assert.doesNotThrow(() => takenAt(whole.slice(0, cut)))
  for (let at = 0; at < whole.length; at += 1) {
    assert.doesNotThrow(() => takenAt(whole.map((byte, i) => (i === at ? 0xff : byte))))
  }
  assert.equal(takenAt(new TextEncoder().encode("not a picture")), null)
})

test("pictures shrink to 1600 and are never enlarged", () => {
  assert.deepEqual(fit(4032, 3024), { width: 1600, height: 1200 })
  assert.deepEqual(fit(3024, 4032), { width: 1200, height: 1600 })
  assert.deepEqual(fit(640, 480), { width: 640, height: 480 })
  assert.deepEqual(fit(100_000, 3), { width: 1600, height: 1 })
})

test("the middle of a frame is enlarged in place", () => {
  const width = 8
  const height = 4
  const data = new Uint8ClampedArray(width * height * 4).fill(255)
  for (let y = 0; y < height; y += 1) for (let x = 0; x < 4; x += 1) data.fill(0, (y * width + x) * 4, (y * width + x) * 4 + 3)
  const out = enlargeCentre({ width, height, data }, 0.5, 10)
  const row = Array.from({ length: 10 }, (_, x) => out.data[x * 4])

  assert.equal(out.data.length, 400)
  assert.ok(row[0] < 30 && row[9] > 220, row.join(" "))
  assert.deepEqual(row, [...row].sort((a, b) => a - b))
})
