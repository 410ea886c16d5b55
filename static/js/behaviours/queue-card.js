// What still lies on this phone, item by item.
// <section data-behaviour="queue-card" data-when="waiting" hidden>   [data-always]: stays when nothing waits
//   <h2 data-title></h2> <p data-hint></p>
//   <ul data-items></ul>
//   <p data-others hidden></p> <span data-last></span> <button type="button" data-try>现在试一次</button>
// </section>
// Rows are li.list-row[data-state=waiting|sending|look][data-record=<id>]; those to look at have buttons: again,
// correct, save to a file, put away. Below the list: how old the oldest is, how full the phone is, all into one file.
import { el, icon, t, toast } from "../app.js"
import { age, hhmm } from "../offline/clock.js"
import { change, currentSite, isOfSite, onChange, setMeta, summary } from "../offline/outbox.js"
import { room } from "../offline/room.js"
import { flushSoon } from "../offline/sender.js"

const DAY = 86_400_000

export function attach(card) {
  const part = (name) => card.querySelector(`[data-${name}]`)
  const more = el("div.queue__more")
  card.append(more)
  const show = async () => {
    const now = await summary()
    card.hidden = !now.mine.length && !now.others && !card.hasAttribute("data-always")
    card.dataset.state = now.look ? "look" : "waiting"
    const old = Boolean(now.oldest) && Date.now() - Date.parse(now.oldest) > DAY
    card.toggleAttribute("data-old", old)
    part("title").textContent = now.mine.length ? t("queue_title", { n: now.mine.length }) : t("queue_none")
    part("hint").textContent = now.mine.length ? hintFor(now) : ""
    colour(card.querySelector(".notice"), now.mine.length)
    part("items").replaceChildren(...[...now.mine].reverse().map(row))
    part("last").textContent = now.lastUpload ? t("last_upload", { time: hhmm(now.lastUpload) }) : t("never_uploaded")
    const others = part("others")
    if (others) { others.hidden = !now.others; others.textContent = t("queue_others", { n: now.others }) }
    more.replaceChildren(...(await below(now, old)))
  }
  part("try").addEventListener("click", async ({ currentTarget: button }) => {
    button.setAttribute("aria-busy", "true")
    await flushSoon({ byHand: true })
    button.removeAttribute("aria-busy")
    if (!navigator.onLine) toast(t("still_offline"), { name: "wifi-off" })
  })
  const { user, staff } = document.body.dataset
  if (staff) setMeta("staff", { user, staff }).catch(() => {}) // names the file even on the page for no signal
  onChange(show)
  addEventListener("online", show)
  addEventListener("offline", show)
  return show()
}

// Violet says "kept here", green says "sent": never the one for the other.
function colour(band, waiting) {
  band.classList.toggle("notice--sync", waiting > 0)
  band.classList.toggle("notice--ok", waiting === 0)
  band.querySelector(".icon")?.replaceWith(icon(waiting ? "device-mobile-up" : "cloud-check"))
}

function hintFor({ online, waiting }) {
  if (!waiting) return t("queue_hint_look")
  return online ? t("queue_hint_online") : t("queue_hint_offline")
}

// How old, how full, and the way out by a file.
async function below({ mine, oldest }, old) {
  const parts = []
  const tight = await room().catch(() => null)
  if (tight?.word) parts.push(el("p.notice.notice--late", { "data-room": "" }, icon("device-floppy"), el("span", {}, t(tight.word, tight))))
  if (!mine.length) return parts
  const { unit, n } = age(Date.parse(oldest), Date.now())
  const save = el("button.link", { type: "button", "data-save-all": "" }, icon("download"), t("save_all"))
  save.addEventListener("click", async () => {
    const left = await (await import("./item-acts.js")).saveToFile(mine)
    if (left) toast(t("save_rest", { n: left }), { name: "download" })
  })
  parts.push(el("div.card__foot", {},
    el("span", { "data-oldest": "", class: old ? "tone-miss" : false }, t("queue_oldest", { age: t(`age_${unit}`, { n }) })), save))
  return parts
}

function row(item) {
  const look = item.state === "look"
  const tile = `span.list-row__tile.list-row__tile--${look ? "miss" : "sync"}`
  const text = el("div.list-row__text", {},
    el("span.list-row__title", {}, item.title), el("span.list-row__meta", {}, noteOf(item)))
  const line = el(`li.list-row${look ? ".list-row--wrap" : ""}`, { "data-state": item.state, "data-record": item.id },
    el(tile, {}, icon(look ? "alert-circle" : item.icon)), text,
    el("time.list-row__end", { datetime: item.at }, hhmm(item.at)))
  if (look) line.append(el("div.list-row__actions", {}, ...buttons(item)))
  return line
}

function noteOf(item) {
  if (item.state === "look") return item.problem?.text || t("needs_look")
  if (!isOfSite(item, currentSite())) return t("of_other_site")
  if (item.state === "sending") return t("sending_now")
  return item.delivered ? t("photos_left", { n: item.pending.length }) : item.note
}

const act = (name) => async (...args) => (await import("./item-acts.js"))[name](...args)

function buttons(item) {
  const make = (name, picture, work) => {
    const button = el("button.btn.btn--small", { type: "button", "data-act": name }, icon(picture), t(name))
    button.addEventListener("click", async () => {
      button.setAttribute("aria-busy", "true")
      try { await work() } catch (error) { console.error(error); toast(t("not_saved"), { name: "alert-circle" }) }
      button.removeAttribute("aria-busy")
    })
    return button
  }
  return [
    make("try_again", "refresh", async () => {
      await change(item.id, (now) => ({ ...now, state: "waiting", problem: null }))
      flushSoon({ byHand: true })
    }),
    make("correct", "edit", () => act("correct")(item)),
    make("save_file", "download", () => act("saveToFile")([item])),
    make("put_away", "archive", () => act("putAway")(item)),
  ]
}
