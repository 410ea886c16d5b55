// The bead string as the server draws it: patrol/web/charts/beads.py and the macro beads() of templates/shared/ui.html.
// Both are held to tests/js/bead_cases.json.

const ROOM = 14
const WIDTH = 296

// beads: [{state, number}]. -> {width, beads: [{x, state, number}], before, after, x0, x1, x2}
export function layout(beads, room = ROOM, width = WIDTH) {
  const at = beads.findIndex((bead) => bead.state === "next")
  const [first, last] = windowOf(beads.length, at, room)
  const before = first
  const after = beads.length - last
  const left = before ? 42 : 12
  const right = width - (after ? 42 : 12)
  const shown = beads.slice(first, last)
  const gap = shown.length > 1 ? (right - left) / (shown.length - 1) : 0
  const placed = shown.map((bead, i) => ({ x: Math.round((left + gap * i) * 10) / 10, ...bead }))
  const reached = placed.filter((bead) => bead.state !== "todo").map((bead) => bead.x)
  const edgeRight = after ? width - 30 : right
  return {
    width, beads: placed, before, after,
    x0: before ? 30 : left,
    x1: after && placed.length && placed.at(-1).state !== "todo" ? edgeRight : Math.max(left, ...reached),
    x2: edgeRight,
  }
}

function windowOf(count, at, room) {
  if (count <= room) return [0, count]
  const size = room - 4
  const middle = at < 0 ? count - 1 : at
  const first = Math.min(Math.max(0, middle - Math.floor((2 * size) / 3)), count - size)
  return [first, first + size]
}

// Every shape as [tag, attributes, text]; `draw` only turns them into nodes.
export function shapes(beads) {
  const b = layout(beads)
  const out = []
  if (b.x1 > b.x0) out.push(["path", { class: "beads__line", d: `M${b.x0} 15H${b.x1}` }])
  if (b.x2 > b.x1) out.push(["path", { class: "beads__way", d: `M${b.x1} 15H${b.x2}` }])
  if (b.before) out.push(["text", { class: "bead__text beads__more", x: 15, y: 19 }, `+${b.before}`])
  for (const bead of b.beads) out.push(["g", { class: `bead bead--${bead.state}`, transform: `translate(${bead.x} 15)` }, ...inside(bead)])
  if (b.after) out.push(["text", { class: "bead__text beads__more", x: b.width - 15, y: 19 }, `+${b.after}`])
  return out
}

function inside({ state, number }) {
  const disc = (r) => ["circle", { class: "bead__fill", r }]
  const mark = (d) => ["path", { class: "bead__mark", d }]
  if (state === "done") return [disc(9), mark("M-4 .3l2.8 2.8L4-2.6")]
  if (state === "late") return [disc(9), mark("M0-5V.5L3 3")]
  if (state === "missed") return [disc(8), mark("M-3.2-3.2l6.4 6.4m0-6.4l-6.4 6.4")]
  if (state === "next") return [["circle", { class: "bead__halo", r: 14.5 }], disc(11), ["text", { class: "bead__text", y: 4 }, String(number)]]
  return [disc(5.2)]
}

// -> the svg element; label is the picture in words
export function draw(beads, label) {
  const svg = node("svg", { class: "beads", viewBox: `0 0 ${WIDTH} 30`, role: "img", "aria-label": label })
  svg.append(...shapes(beads).map(build))
  return svg
}

const build = ([tag, attributes, ...children]) => {
  const made = node(tag, attributes)
  made.append(...children.map((child) => (Array.isArray(child) ? build(child) : child)))
  return made
}

function node(tag, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  return made
}
