// In: a File. Out: what shrink() gives, or {error}.
import { shrink } from "../photos/shrink.js"

self.onmessage = async ({ data: file }) => {
  try {
    const photo = await shrink(file)
    self.postMessage(photo, [photo.bytes])
  } catch (error) {
    self.postMessage({ error: error.message || "no_worker" })
  }
}
