// Pure decisions of a checklist; the page only shows them.

// One row -> "empty" | "pass" | "fail" | "na".
// kind: "result" (value pass|fail|na), "number" (min, max; either may be missing), "choice" (fails: this choice is bad), "text".
export function judge({ kind, value = "", min, max, fails = false }) {
  const text = String(value).trim()
  if (!text) return "empty"
  if (kind === "result") return ["pass", "fail", "na"].includes(text) ? text : "empty"
  if (kind === "choice") return fails ? "fail" : "pass"
  if (kind !== "number") return "pass"
  const number = Number(text)
  if (!Number.isFinite(number)) return "empty"
  return outside(number, min, max) ? "fail" : "pass"
}

// What a row of several numbers says: the lowest, nothing while one is missing; what cannot be read spoils all.
export function lowest(values) {
  const told = values.map((value) => String(value).replace(",", ".").trim())
  if (told.length === 1 || told.some((value) => !value)) return told.length === 1 ? told[0] : ""
  const numbers = told.map(Number)
  return numbers.every(Number.isFinite) ? String(Math.min(...numbers)) : "?"
}

const given = (limit) => limit !== undefined && limit !== null && limit !== ""
const outside = (number, min, max) => (given(min) && number < Number(min)) || (given(max) && number > Number(max))

// A whole number from 1 to all of them.
export function someOf(text, all) {
  const typed = String(text).trim()
  return /^[0-9]+$/.test(typed) && Number(typed) >= 1 && Number(typed) <= Number(all)
}

// rows: [{state, required, lacks}] (lacks: answered, but its photo, reason or remark is not there). signed: true | false | null (no pad).
// -> {done, total, open: indexes of rows still in the way, failed: indexes, sign: the signature is missing}
export function progress(rows, signed = null) {
  const open = []
  const failed = []
  let done = 0
  rows.forEach((row, at) => {
    if (row.state === "fail") failed.push(at)
    if (row.state !== "empty" && !row.lacks) done += 1
    if ((row.state === "empty" && row.required) || row.lacks) open.push(at)
  })
  return { done, total: rows.length, open, failed, sign: signed === false }
}

// Which word says what is missing, and with which number; null when nothing is.
export function gapWord({ open, sign }) {
  if (open.length) return { key: sign ? "left_items_sign" : "left_items", n: open.length }
  return sign ? { key: "left_sign", n: 0 } : null
}
