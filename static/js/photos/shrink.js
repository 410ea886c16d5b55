// A camera's picture made fit to send: upright, at most 1600 px, JPEG, without EXIF. Runs in a worker, or on the
// page where workers have no canvas.
import { sha256 } from "../offline/records.js"
import { takenAt } from "./exif.js"

export const LONG_SIDE = 1600
const QUALITY = 0.75
const RAW_LIMIT = 12 * 1024 * 1024

// file: File or Blob. -> {bytes: ArrayBuffer, type, sha256, original_sha256, exif_at}.
// What cannot be decoded here (HEIC on some phones) goes as it is up to 12 MB, so the server can answer clearly.
// Throws Error("photo_too_big") or Error("photo_empty").
export async function shrink(file) {
  const original = await file.arrayBuffer()
  if (!original.byteLength) throw new Error("photo_empty")
  const facts = { original_sha256: await sha256(original), exif_at: takenAt(new Uint8Array(original)) }
  const small = await redraw(file).catch((error) => {
    if (error.message === "no_canvas") throw error
    return null
  })
  if (small) {
    const bytes = await small.arrayBuffer()
    return { bytes, type: "image/jpeg", sha256: await sha256(bytes), ...facts }
  }
  if (original.byteLength > RAW_LIMIT) throw new Error("photo_too_big")
  return { bytes: original, type: file.type || "application/octet-stream", sha256: facts.original_sha256, ...facts }
}

// {width, height} within a square of `side`, never enlarged, never under one pixel.
export function fit(width, height, side = LONG_SIDE) {
  const scale = Math.min(1, side / Math.max(width, height))
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

async function redraw(file) {
  const canvas = newCanvas()
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" })
  Object.assign(canvas, fit(picture.width, picture.height))
  const paper = canvas.getContext("2d")
  if (!paper) throw new Error("no_canvas")
  paper.fillStyle = "#fff" // what is see-through becomes white, as on the server
  paper.fillRect(0, 0, canvas.width, canvas.height)
  paper.imageSmoothingQuality = "high"
  paper.drawImage(picture, 0, 0, canvas.width, canvas.height)
  picture.close()
  const blob = await toJpeg(canvas)
  return blob?.type === "image/jpeg" ? blob : null
}

function newCanvas() {
  if (self.document) return document.createElement("canvas")
  if (self.OffscreenCanvas) return new OffscreenCanvas(1, 1)
  throw new Error("no_canvas")
}

export function toJpeg(canvas, quality = QUALITY) {
  if (canvas.convertToBlob) return canvas.convertToBlob({ type: "image/jpeg", quality })
  return new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", quality) })
}
