// The page's side of the QR worker: one picture in flight.
const STILL_SIDE = 2000
let worker = null
let count = 0
const waiting = new Map()

export const reader = { read }

// image: ImageData, whose pixels are handed over. -> text or null. Without workers it decodes on the page.
async function read(image, photo = false) {
  const { width, height, data } = image
  try {
    worker ??= start()
  } catch {
    return onPage({ width, height, data }, photo)
  }
  const id = ++count
  return new Promise((resolve) => {
    waiting.set(id, { resolve, photo })
    worker.postMessage({ id, image: { width, height, data }, photo }, [data.buffer])
  })
}

function start() {
  const made = new Worker(new URL("../workers/qr.js", import.meta.url), { type: "module" })
  made.onmessage = ({ data: { id, text } }) => {
    waiting.get(id)?.resolve(text)
    waiting.delete(id)
  }
  // A browser without module workers: what was in flight is lost, later pictures are read on the page.
  made.onerror = () => {
    worker = { postMessage: ({ id, image, photo }) => onPage(image, photo).then((text) => made.onmessage({ data: { id, text } })) }
    for (const [, { resolve }] of waiting) resolve(null)
    waiting.clear()
  }
  return made
}

async function onPage(image, photo) {
  const { decode } = await import("./decode.js")
  return decode(image, { photo })
}

// A still photo of a code -> text or null.
export async function readStill(file) {
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" })
    const scale = Math.min(1, STILL_SIDE / Math.max(picture.width, picture.height))
    const canvas = document.createElement("canvas")
    canvas.width = Math.round(picture.width * scale)
    canvas.height = Math.round(picture.height * scale)
    const paper = canvas.getContext("2d")
    paper.drawImage(picture, 0, 0, canvas.width, canvas.height)
    return await read(paper.getImageData(0, 0, canvas.width, canvas.height), true)
  } catch {
    return null
  }
}
