// Checklists owed, less those filled on this phone since. Pure.

const KNOWN = 120_000 // sent so long before the pack was made, a list is in what the pack says

// pack: {due, made_at}; deeds: local.js. -> those still to fill, in walking order
export function stillDue({ due, made_at: made }, deeds) {
  const filled = deeds.filter((deed) => deed.kind === "inspection" && !deed.look && !(deed.sent && deed.gone < made - KNOWN))
  const done = new Set(filled.map((deed) => key(deed.checklist, deed)))
  const lists = new Set(filled.map((deed) => deed.checklist)) // the whole site's own are done wherever they were filled
  const isDone = (list, one) => done.has(key(list, one)) || (one.anywhere && lists.has(list))
  return due.filter((one) => !isDone(one.list_id, one) && !isDone(one.list, one))
}

const key = (list, thing) => `${list} ${thing.equipment ?? thing.place}`

// One row for each list at each place, as the server groups them: {next, left}.
export function duePlaces(due) {
  const groups = new Map()
  for (const one of due) {
    const at = `${one.place} ${one.list}`
    groups.set(at, [...(groups.get(at) ?? []), one])
  }
  return [...groups.values()].map((group) => ({ next: group[0], left: group.length }))
}

// The one a page's address speaks of: ?checklist=code&equipment=… or &place=…
export function dueBy(due, query) {
  const list = query.get("checklist")
  const equipment = query.get("equipment")
  const place = query.get("place")
  return due.find((one) => [one.list, one.list_id].includes(list)
    && (equipment ? one.equipment === equipment : !one.equipment && one.place === place)) ?? null
}

// What to open after this one, as patrol/equipment/onward.py has it: the next of the room, then of the floor, the same
// list before another, on from here in walking order. due: the pack's; left: those of it still to fill.
export function nextThere(due, left, one) {
  // what the whole site owes (a drill, a survey) is nobody's way on from a bottle
  const at = due.indexOf(one)
  const ahead = [...due.slice(at + 1), ...due.slice(0, Math.max(at, 0))].filter((other) => left.includes(other) && !other.anywhere && around(other, one))
  const ranks = [(other) => other.place === one.place && other.list === one.list, (other) => other.place === one.place,
    (other) => other.list === one.list, () => true]
  for (const fits of ranks) {
    const found = ahead.find(fits)
    if (found) return found
  }
  return null
}

function around(other, one) {
  const floor = one.above?.[1]
  return other.place === one.place || Boolean(floor && !other.others && other.above?.slice(0, 2).includes(floor))
}
