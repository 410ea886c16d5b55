// Pixel arithmetic without a canvas, so that any worker can do it.

// The middle `share` of the short side, enlarged to side x side, bilinear, grey in RGBA.
export function enlargeCentre({ width, height, data }, share = 0.7, side = 1000) {
  const size = Math.min(width, height) * share
  const left = (width - size) / 2
  const top = (height - size) / 2
  const step = size / side
  const out = new Uint8ClampedArray(side * side * 4)
  const columns = Array.from({ length: side }, (_, x) => at(left + (x + 0.5) * step - 0.5, width))
  for (let y = 0, o = 0; y < side; y += 1) {
    const row = at(top + (y + 0.5) * step - 0.5, height)
    for (let x = 0; x < side; x += 1, o += 4) {
      const column = columns[x]
      const upper = mix(grey(data, row.low * width + column.low), grey(data, row.low * width + column.high), column.part)
      const lower = mix(grey(data, row.high * width + column.low), grey(data, row.high * width + column.high), column.part)
      out[o] = out[o + 1] = out[o + 2] = mix(upper, lower, row.part)
      out[o + 3] = 255
    }
  }
  return { width: side, height: side, data: out }
}

function at(place, length) {
  const inside = Math.min(Math.max(place, 0), length - 1)
  const low = Math.floor(inside)
  return { low, high: Math.min(low + 1, length - 1), part: inside - low }
}

const mix = (a, b, part) => a + (b - a) * part
const grey = (data, pixel) => (data[pixel * 4] * 77 + data[pixel * 4 + 1] * 151 + data[pixel * 4 + 2] * 28) >> 8
