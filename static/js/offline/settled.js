// What a supervisor did about the items that the server refused. The phone asks whenever it has a connection.
import { change, items, tell } from "./outbox.js"

const MOST = 100

// ask(url) -> {status, body}. Items that are done with leave the list; what the supervisor wrote stands among the
// sent ones. Photos still on the phone go on to the server first.
export async function learnSettled(user, ask) {
  const rows = (await items()).filter((row) => row.user === user && row.state === "look")
  for (let at = 0; at < rows.length; at += MOST) {
    const part = rows.slice(at, at + MOST)
    const query = part.map((row) => `id=${encodeURIComponent(row.id)}`).join("&")
    const answer = await ask(`/sync/refused?${query}`)
    const told = answer.status === 200 ? readSettled(part.map((row) => row.id), answer.body) : new Map()
    for (const [id, word] of told) {
      await change(id, (row) => ({ ...row, ...word, state: "waiting", problem: null, delivered: true }))
      tell({ type: "settled", id, status: "known", url: null, problem: null })
    }
  }
}

const ICONS = { settled: "check", void: "ban", stored: "cloud-check" }

// -> Map(id -> {note, icon}) of those that need no look any more; anything unclear is left out.
export function readSettled(ids, body) {
  const told = new Map()
  const answers = body?.refused
  if (answers === null || typeof answers !== "object") return told
  for (const id of ids) {
    const answer = Object.hasOwn(answers, id) ? answers[id] : null
    if (!answer || !Object.hasOwn(ICONS, answer.state)) continue
    const words = [answer.by, answer.note].filter((word) => typeof word === "string" && word)
    told.set(id, words.length ? { icon: ICONS[answer.state], note: words.join("：") } : { icon: ICONS[answer.state] })
  }
  return told
}
