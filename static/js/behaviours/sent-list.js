// The last records this phone sent, newest first, with a supervisor's word where one was refused before.
// <section data-behaviour="sent-list" hidden><ul data-sent></ul></section>
import { el, icon } from "../app.js"
import { hhmm } from "../offline/clock.js"
import { onChange, recent } from "../offline/outbox.js"

export function attach(section) {
  const show = async () => {
    const rows = await recent()
    section.hidden = !rows.length
    section.querySelector("[data-sent]").replaceChildren(...rows.map(line))
  }
  onChange(show)
  return show()
}

function line(row) {
  const title = row.url ? el("a.list-row__title", { href: row.url }, row.title) : el("span.list-row__title", {}, row.title)
  return el("li.list-row.list-row--wrap", { "data-record": row.id },
    el("span.list-row__tile.list-row__tile--ok", {}, icon(row.icon)),
    el("div.list-row__text", {}, title, el("span.list-row__meta", {}, row.note)),
    el("time.list-row__end", { datetime: row.at }, hhmm(row.at)))
}
