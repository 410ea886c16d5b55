// What the phone's own pages have to remember of a record, as little as they can do with.
const KEPT = {
  visit: ["scan"], hazard: ["place"], inspection: ["checklist", "equipment", "place", "asked"], work_order_step: ["order", "step"],
  repair_step: ["order", "step"], maintenance_step: ["order", "step"], work_log: ["equipment", "place"], round_end: ["round"], round_note: ["round"], excuse: ["round", "place"],
  manual_entry: ["round", "place"],
}

export function factOf(kind, data) {
  return Object.fromEntries((KEPT[kind] ?? []).filter((name) => data[name] !== undefined).map((name) => [name, data[name]]))
}
