// What still lies on this phone, item by item.
// <section data-behaviour="queue-card" data-when="waiting" hidden>
//   <h2 data-title></h2> <p data-hint></p>
//   <ul data-items></ul>
//   <p data-others hidden></p> <span data-last></span> <button type="button" data-try>现在试一次</button>
// </section>
// Rows are li.list-row[data-state=waiting|sending|look][data-record=<id>]; those to look at have two buttons.
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
    const refused = now.look > 0 && now.look === now.mine.length // nothing of it will go by itself
    const title = refused ? "queue_title_look" : now.mine.length ? "queue_title" : "queue_none"
    part("title").textContent = t(title, { n: now.mine.length })
    part("hint").textContent = t(refused ? "queue_hint_look" : now.online ? "queue_hint_online" : "queue_hint_offline")
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
  const look = item.state === "look"
  const tile = `span.list-row__tile.list-row__tile--${look ? "miss" : "sync"}`
  const text = el("div.list-row__text", {},
    el("span.list-row__title", {}, item.title), el("span.list-row__meta", {}, noteOf(item)))
  if (look) text.append(el("div.list-row__actions", {}, ...buttons(item)))
  return el(`li.list-row${look ? ".list-row--wrap" : ""}`, { "data-state": item.state, "data-record": item.id },
    el(tile, {}, icon(look ? "alert-circle" : item.icon)), text,
    el("time.list-row__end", { datetime: item.at }, hhmm(item.at)))
}

function noteOf(item) {
  if (item.state === "look") return item.problem?.text || t("needs_look")
  if (item.state === "sending") return t("sending_now")
  return item.delivered ? t("photos_left", { n: item.pending.length }) : item.note
}

function buttons(item) {
  const again = el("button.btn.btn--small", { type: "button" }, icon("refresh"), t("try_again"))
  again.addEventListener("click", async () => {
    await change(item.id, (now) => ({ ...now, state: "waiting", problem: null }))
    flushSoon({ byHand: true })
  })
  const put = el("button.btn.btn--small", { type: "button" }, t("put_away"))
  // Hidden at once, removed when nobody calls it back: what is gone from the phone cannot be undone.
  put.addEventListener("click", () => {
    const line = put.closest("li")
    line.hidden = true
    const later = setTimeout(() => change(item.id, () => null), 6000)
    toast(t("put_away_done"), { undo: () => { clearTimeout(later); line.hidden = false } })
  })
  return [again, put]
}
