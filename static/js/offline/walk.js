// Rounds judged on the phone as the server judges them (DOMAIN §3), from the pack and from what this phone has scanned.
// Nothing here knows a page or a database. Times are milliseconds. The twins are patrol/rounds/{visits,walk,today}.py;
// both are held to tests/js/walk_cases.json.

const VISITED = new Set(["on_time", "late"])
const SETTLED = new Set([...VISITED, "excused"])

// times: {opens, starts, ends, closes, tolerance}; scans: [ms] in any order. -> {state, at}: at is the scan that counts.
// span: the point's own first and last good moment (both inside), else null: from the opening to the end and its tolerance.
// excused: nobody need go there; a scan in time outweighs it.
export function visitState(times, scans, now, span = null, excused = false) {
  const [first, last] = span ?? [times.opens, times.ends + times.tolerance]
  const counted = [...scans].sort((a, b) => a - b).find((at) => first <= at && at < times.closes)
  if (counted !== undefined) return { state: counted <= last ? "on_time" : "late", at: counted }
  return { state: excused ? "excused" : now >= times.closes ? "missed" : "pending", at: null }
}

// visits: of the required stops. -> planned | in_progress | completed | incomplete | missed
export function roundState(visits, now, closes, anyScan) {
  const walked = anyScan || visits.some((visit) => VISITED.has(visit.state))
  if ((visits.length || walked) && visits.every((visit) => SETTLED.has(visit.state))) return "completed"
  if (now >= closes) return walked ? "incomplete" : "missed"
  return walked ? "in_progress" : "planned"
}

// The round a scan at `at` belongs to, of those that hold its place: the one being walked, else the nearest start.
// A make-up round goes before a planned one only while its point is not reached: where this person walks it already,
// or where its start is nearer.
// walking: Set of ids of rounds this person has scanned in; reached: of make-up rounds that have this point. -> round or null.
export function matchRound(rounds, at, walking, reached = new Set()) {
  const open = rounds.filter((round) => round.opens <= at && at < round.closes)
  const far = (round) => Math.abs(at - round.starts)
  const rank = (round) => [round.make_up && reached.has(round.id) ? 1 : 0, walking.has(round.id) ? 0 : 1, far(round), round.starts]
  const best = (some) => some.sort((a, b) => compare(rank(a), rank(b)))[0] ?? null
  const planned = best(open.filter((round) => !round.make_up))
  const madeUp = best(open.filter((round) => round.make_up))
  if (!planned || !madeUp) return planned ?? madeUp
  return !reached.has(madeUp.id) && (walking.has(madeUp.id) || far(madeUp) < far(planned)) ? madeUp : planned
}

const REPEAT_WITHIN = 120_000

// Gives every scan its round, oldest first. scans: [{id, place, at, user}]. -> Map(scan id -> round or null)
export function assign(rounds, scans, user) {
  const taken = rounds.flatMap((round) => round.stops.flatMap((stop) => (stop.scans ?? []).map(
    ([id, at, who]) => ({ id, round: round.id, place: stop.place, at, user: who, counts: at < round.closes }))))
  const walking = new Set(taken.filter((one) => one.user === user).map((one) => one.round))
  const found = new Map()
  for (const scan of [...scans].sort((a, b) => a.at - b.at)) {
    const there = taken.filter((one) => one.place === scan.place && one.id !== scan.id)
    const again = there.some((one) => one.user === user && Math.abs(one.at - scan.at) <= REPEAT_WITHIN) // the same tap
    const reached = new Set(again ? [] : there.filter((one) => one.counts).map((one) => one.round))
    const round = scan.replaced ? null
      : matchRound(rounds.filter((one) => one.stops.some((stop) => stop.place === scan.place)), scan.at, walking, reached)
    if (round) walking.add(round.id)
    taken.push({ id: scan.id, round: round?.id, place: scan.place, at: scan.at, user, counts: true })
    found.set(scan.id, round)
  }
  return found
}

// One round as it stands: the pack's own scans and those of this phone together.
// -> {...round, state, done, total, next, people, stops: [{...stop, number, required, state, at, by, scan, local}]}
export function judge(round, scans, now) {
  const stops = round.stops.map((stop, index) => {
    const known = (stop.scans ?? []).map(([id, at, user, name]) => ({ id, at, user, name }))
    const ids = new Set(known.map((scan) => scan.id))
    const gone = new Set(stop.void ?? []) // a supervisor took these out; this phone may still hold them
    const here = scans.filter((scan) => scan.place === stop.place && !ids.has(scan.id) && !gone.has(scan.id))
    const all = [...known, ...here]
    const visit = visitState(round, all.map((scan) => scan.at), now, stop.window, stop.excused)
    const counted = all.find((scan) => scan.at === visit.at) ?? null
    return {
      ...stop, number: index + 1, required: !stop.optional, ...visit, scan: counted?.id ?? null, by: counted?.name ?? null,
      local: Boolean(counted && !ids.has(counted.id)), all,
    }
  })
  const required = stops.filter((stop) => stop.required)
  const anyScan = stops.some((stop) => VISITED.has(stop.state))
  return {
    ...round, stops, state: roundState(required, now, round.closes, anyScan),
    done: required.filter((stop) => VISITED.has(stop.state)).length, total: required.length, next: nextStop(stops),
    people: [...new Set(stops.flatMap((stop) => stop.all.map((scan) => scan.user)))],
  }
}

// The first required one still to come after the one visited last, else the first still to come.
export function nextStop(stops) {
  const open = stops.filter((stop) => stop.required && stop.state === "pending")
  const last = stops.filter((stop) => stop.at !== null).sort((a, b) => b.at - a.at)[0]
  return open.find((stop) => last && stop.number > last.number) ?? open[0] ?? null
}

// The round to walk now, of judged rounds that are open: the one asked for, else the one this person walks, else one
// nobody walks; finished ones last. -> judged round or null
export function chooseRound(walks, user, now, wanted = null) {
  const open = walks.filter((walk) => walk.opens <= now && now < walk.closes)
  const rank = (walk) => {
    const mine = walk.people.includes(user)
    const done = walk.state === "completed"
    return [walk.id !== wanted, done && !mine, done, !mine && walk.people.length > 0].map(Number).concat(walk.starts)
  }
  return open.sort((a, b) => compare(rank(a), rank(b)))[0] ?? null
}

// Until when a stop is on time; once that has passed, until when it counts at all.
export function dueBy(round, now, stop = null) {
  const onTime = Math.min(lastGood(round, stop), round.closes)
  return now <= onTime ? onTime : round.closes
}

// Until when a point is on time: the end of its own window, else of the round and its tolerance.
export function lastGood(round, stop) {
  return stop?.window ? stop.window[1] : round.ends + round.tolerance
}

// -> "done" | "late" | "missed" | "next" | "todo", as a bead shows it
export function beadState(stop, next) {
  if (next && stop.place === next.place) return "next"
  return { on_time: "done", excused: "done", late: "late", missed: "missed" }[stop.state] ?? "todo"
}

function compare(a, b) {
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return a[i] - b[i]
  return 0
}
