// What still lies on this phone, item by item.
// <section data-behaviour="queue-card" data-when="waiting" hidden>
//   <h2 data-title></h2> <p data-hint></p>
//   <ul data-items></ul>
//   <p data-others hidden></p> <span data-last></span> <button type="button" data-try>现在试一次</button>
// </section>
// Rows are li.queue__item[data-state=waiting|sending|look] with .icon, b, small, time and, to look at, buttons.
import { el, icon, t, toast } from "../app.js"
import { hhmm } from "../offline/clock.js"
import { change, onChange, summary } from "../offline/outbox.js"
import { flushSoon } from "../offline/sender.js"

const DAY = 86_400_000

export function attach(card) {
  const part = (name) => card.querySelector(`[data-${name}]`)
  const show = async () => {
    const now = await summary()
    card.hidden = !now.mine.length && !now.others
    card.dataset.state = now.look ? "look" : "waiting"
    card.toggleAttribute("data-old", Boolean(now.oldest) && Date.now() - Date.parse(now.oldest) > DAY)
    part("title").textContent = now.mine.length ? t("queue_title", { n: now.mine.length }) : t("queue_none")
    part("hint").textContent = now.online ? t("queue_hint_online") : t("queue_hint_offline")
    part("items").replaceChildren(...[...now.mine].reverse().map(row))
    part("last").textContent = now.lastUpload ? t("last_upload", { time: hhmm(now.lastUpload) }) : t("never_uploaded")
    const others = part("others")
    if (others) { others.hidden = !now.others; others.textContent = t("queue_others", { n: now.others }) }
  }
  part("try").addEventListener("click", async ({ currentTarget: button }) => {
    button.setAttribute("aria-busy", "true")
    await flushSoon({ byHand: true })
    button.removeAttribute("aria-busy")
    if (!navigator.onLine) toast(t("still_offline"), { name: "wifi-off" })
  })
  onChange(show)
  addEventListener("online", show)
  addEventListener("offline", show)
  return show()
}

function row(item) {
  const line = el("li.queue__item", { "data-state": item.state, "data-record": item.id },
    el("span.queue__icon", {}, icon(item.state === "look" ? "alert-circle" : item.icon)),
    el("div.queue__text", {}, el("b", {}, item.title), el("small", {}, noteOf(item))),
    el("time", { datetime: item.at }, hhmm(item.at)))
  if (item.state === "look") line.append(el("div.queue__actions", {}, ...buttons(item)))
  return line
}

function noteOf(item) {
  if (item.state === "look") return item.problem?.text || t("needs_look")
  if (item.state === "sending") return t("sending_now")
  return item.delivered ? t("photos_left", { n: item.pending.length }) : item.note
}

function buttons(item) {
  const again = el("button.btn", { type: "button" }, icon("refresh"), t("try_again"))
  again.addEventListener("click", async () => {
    await change(item.id, (now) => ({ ...now, state: "waiting", problem: null }))
    flushSoon({ byHand: true })
  })
  const put = el("button.btn", { type: "button" }, t("put_away"))
  // Hidden at once, removed when nobody calls it back: what is gone from the phone cannot be undone.
  put.addEventListener("click", () => {
    const line = put.closest("li")
    line.hidden = true
    const later = setTimeout(() => change(item.id, () => null), 6000)
    toast(t("put_away_done"), { undo: () => { clearTimeout(later); line.hidden = false } })
  })
  return [again, put]
}
