// In: {id, image: {width, height, data}, photo}. Out: {id, text: string|null}.
import { decode } from "../photos/decode.js"

self.onmessage = ({ data: { id, image, photo } }) => {
  self.postMessage({ id, text: decode(image, { photo }) })
}
