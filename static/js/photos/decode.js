// The one place that knows the QR library: another engine would go in here.
import decodeQR from "../../vendor/qr/decode.js"
import { enlargeCentre } from "./pixels.js"

// image: {width, height, data: RGBA}. -> the text, or null. A frame gets two quick looks (whole, then its middle
// enlarged, which finds small codes); a still photo gets one patient look and then its middle.
export function decode(image, { photo = false } = {}) {
  const patient = { effort: Infinity, timeLimit: photo ? 3000 : 60 }
  return look(image, photo ? patient : {}) ?? look(enlargeCentre(image), patient)
}

function look(image, options) {
  try { return decodeQR(image, options) || null } catch { return null } // "nothing found" comes as an error
}
