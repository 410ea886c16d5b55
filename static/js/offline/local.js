// What this person has done on this phone lately, sent or not, as far as the phone's own pages need it.
import { currentUser, items, meta, recent } from "./outbox.js"

const SMALL = 30_000

// Milliseconds to add to the phone's clock; small differences are left alone, as on the server.
export async function clockShift() {
  const { offset = 0 } = (await meta("clock")) ?? {}
  return Math.abs(offset) > SMALL ? offset : 0
}

// The server's time, as far as this phone can tell.
export const nowHere = async () => Date.now() + (await clockShift())

// -> [{id, kind, at, sent, gone (when it was sent), look, ...fact}] oldest first; fact is what save() was given to remember.
export async function deeds() {
  const shift = await clockShift()
  const user = currentUser()
  const waiting = (await items()).filter((row) => row.user === user).map((row) => ({ row, sent: false }))
  const sent = (await recent()).map((row) => ({ row, sent: true }))
  return [...sent, ...waiting]
    .filter(({ row }) => row.fact)
    .map(({ row, sent }) => ({
      id: row.id, at: Date.parse(row.at) + shift, sent, gone: sent ? Date.parse(row.sent_at) + shift : null,
      look: row.state === "look", ...row.fact,
    }))
    .sort((a, b) => a.at - b.at)
}

// Scans of this phone as walk.js takes them.
export async function scansOf(facts, all) {
  return (all ?? (await deeds()))
    .filter((deed) => deed.kind === "scan" && deed.place && !deed.look)
    .map(({ id, place, at, replaced }) => ({ id, place, at, replaced, user: facts.user, name: facts.name }))
}
