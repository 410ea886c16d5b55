// Checklists owed, less those filled on this phone since. Pure.

// due: the pack's; deeds: local.js. -> those still to fill, in walking order
export function stillDue(due, deeds) {
  const done = new Set(deeds.filter((deed) => deed.kind === "inspection" && !deed.look).map((deed) => key(deed.checklist, deed)))
  return due.filter((one) => !done.has(key(one.list_id, one)) && !done.has(key(one.list, one)))
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

// What to open after this one: the same list in the same room, else anything else there.
export function nextThere(due, one) {
  const here = due.filter((other) => other !== one && other.place === one.place)
  return here.find((other) => other.list === one.list) ?? here[0] ?? null
}
