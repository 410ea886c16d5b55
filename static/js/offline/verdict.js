// What an answer means. Only an answer that is surely our server's counts as success: a hotel's log-in page says
// 200 too. Anything unclear is "later", never "refused", so nothing is given up by mistake.

const TRY_AGAIN = new Set([401, 408, 425, 429])

// status 0 = no answer. body = parsed JSON or null. -> "answered" | "sign-in" | "refused" | "too-big" | "later"
export function verdict(status, body) {
  if ((status === 200 || status === 201) && isPlain(body)) return "answered"
  if (status === 401) return "sign-in"
  if (status === 413) return "too-big"
  const code = problemOf(body)?.code
  if (!code || /csrf/i.test(code)) return "later"
  return status >= 400 && status < 500 && !TRY_AGAIN.has(status) ? "refused" : "later"
}

export function problemOf(body) {
  const problem = isPlain(body) ? (isPlain(body.problem) ? body.problem : body) : null
  return typeof problem?.code === "string" ? { code: problem.code, text: String(problem.text ?? problem.code) } : null
}

// Did the server take this photo? Its answer names it.
export function photoVerdict(status, body, id) {
  const said = verdict(status, body)
  if (said === "answered") return body.id === id ? "sent" : "later"
  if (said === "too-big") return problemOf(body) ? "refused" : "later"
  return said
}

// -> Map(id -> {status: stored|known|refused|later, problem, url}) for every id asked about.
export function resultsFor(ids, body) {
  const answers = new Map(ids.map((id) => [id, { status: "later", problem: null, url: null }]))
  if (!Array.isArray(body?.results)) return answers
  for (const result of body.results) {
    if (!isPlain(result) || !answers.has(result.id)) continue
    if (!["stored", "known", "refused"].includes(result.status)) continue
    if (result.status === "refused" && !problemOf(result)) continue
    answers.set(result.id, { status: result.status, problem: problemOf(result), url: path(result.url) })
  }
  return answers
}

// {user, csrf, now: server time in ms} or null when this is not our server speaking.
export function readSession(body) {
  if (!isPlain(body) || typeof body.csrf_token !== "string") return null
  const user = isPlain(body.user) ? body.user.id : body.user
  const now = Date.parse(body.server_time)
  const site = typeof body.site === "string" ? body.site : null
  return typeof user === "string" && user && Number.isFinite(now) ? { user, site, csrf: body.csrf_token, now } : null
}

// 30 s, 60 s … 5 min; the server may ask for more.
export function nextWait(failures, retryAfter = 0) {
  return Math.max(Math.min(30_000 * 2 ** Math.max(failures - 1, 0), 300_000), retryAfter)
}

// Retry-After in milliseconds; seconds or a date; nonsense is 0, a day is the most.
export function readRetryAfter(header, now) {
  const text = (header ?? "").trim()
  const wait = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now
  return Number.isFinite(wait) ? Math.min(Math.max(wait, 0), 86_400_000) : 0
}

// Cuts records into batches of at most `most` records and `bytes` characters of JSON, in order.
export function batches(records, most = 200, bytes = 1_000_000) {
  const out = []
  let size = 0
  for (const record of records) {
    const length = JSON.stringify(record).length
    if (!out.length || out.at(-1).length >= most || size + length > bytes) { out.push([]); size = 0 }
    out.at(-1).push(record)
    size += length
  }
  return out
}

const isPlain = (value) => value !== null && typeof value === "object" && !Array.isArray(value)

// A page of our own, never another site.
function path(url) {
  return typeof url === "string" && /^\/(?![/\\])/.test(url) ? url : null
}

const OLD = 10 * 60_000

// What to tell the server of the records that wait ({at: milliseconds}, the oldest first); null when there is nothing
// to tell: all of it is fresh, or the server knows already that nothing waits. told: how many it was told of last.
export function waitingToTell(rows, told, now) {
  const old = rows.length > 0 && now - rows[0].at > OLD
  if (old && rows.length !== told) return { count: rows.length, oldest: new Date(rows[0].at).toISOString() }
  return !rows.length && told ? { count: 0, oldest: null } : null
}
