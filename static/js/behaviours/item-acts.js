// What can be done with an item that needs a look: correct it, save it to a file, put it away. Loaded on the first tap.
import { el, t, toast } from "../app.js"
import { readLabel } from "../offline/code.js"
import { layOut, lineOf } from "../offline/edit.js"
import { makeFile, markExported } from "../offline/export.js"
import { change, database, meta } from "../offline/outbox.js"
import { save } from "../offline/save.js"
import { flushSoon } from "../offline/sender.js"

// Opens the form with what the item holds; what is one line only is written again right here.
export async function correct(item) {
  const line = lineOf(item.envelope)
  if (line) { writeAgain(item, line); return }
  const url = await layOut(item)
  if (url) location.assign(url)
}

// Saves these items (as many as one file takes) and remembers that. -> how many are left for another file.
export async function saveToFile(items) {
  const { name, blob, ids, left } = await makeFile(items, await staffNumber(items[0].user))
  const url = URL.createObjectURL(blob)
  const link = el("a", { href: url, download: name, hidden: true })
  document.body.append(link)
  link.click()
  link.remove()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
  await markExported(ids)
  toast(t("saved_file", { name }), { name: "download" })
  return left
}

// Never silently: a sheet says what is at stake, and the safe answer comes first.
export async function putAway(item) {
  const now = (await (await database()).get("records", item.id)) ?? item
  const sheet = openSheet(t("put_away_ask"), t(now.exported_at ? "put_away_saved" : "put_away_unsaved"))
  sheet.button("keep_it", "btn.btn--solid", () => {}, true)
  if (!now.exported_at) sheet.button("save_file", "btn", () => saveToFile([now]))
  sheet.button("put_away_yes", "btn.btn--danger", async () => {
    await change(item.id, () => null)
    toast(t("put_away_done"))
  })
}

function writeAgain(item, line) {
  const { envelope } = item
  const field = el(line === "code" ? "input.input" : "textarea.input", {
    name: line, "aria-label": t(`line_${line}`), autocomplete: "off", maxlength: line === "code" ? 40 : 500, rows: 3,
  })
  field.value = envelope.data[line] ?? ""
  const error = el("p.field__error", { role: "alert", hidden: true })
  const sheet = openSheet(t("correct"), item.problem?.text ?? "", el("label.field", {}, el("span.field__label", {}, t(`line_${line}`)), field), error)
  sheet.button("send_corrected", "btn.btn--solid", async () => {
    const value = line === "code" ? readLabel(field.value, [location.host]) : field.value.trim()
    if (!value && line !== "note") {
      error.textContent = t(line === "code" ? "code_wrong" : "line_missing")
      error.hidden = false
      field.focus()
      return true
    }
    await replace(item, { ...envelope.data, [line]: value, ...(line === "code" ? { method: "typed" } : {}) })
    return false
  })
  sheet.button("keep_it", "btn", () => {})
  field.focus()
}

async function replace({ id, envelope, title, note, icon }, data) {
  const { captured_at, monotonic_ms, clock = null, position, kind } = envelope
  await save({ kind, data, title, note, icon, replaces: id, when: { captured_at, monotonic_ms, clock, position } })
  flushSoon({ byHand: true })
}

// A dialog made for one question. A button's work may answer true to keep it open.
function openSheet(title, text, ...content) {
  const actions = el("div.sheet__actions")
  const dialog = el("dialog.sheet", { "aria-label": title },
    el("h2.sheet__title", {}, title), el("p.sheet__text", {}, text), ...content, actions)
  dialog.addEventListener("close", () => dialog.remove())
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close() })
  document.body.append(dialog)
  dialog.showModal()
  return {
    button(key, look, work, first = false) {
      const button = el(`button.${look}`, { type: "button", "data-answer": key, autofocus: first }, t(key))
      button.addEventListener("click", async () => { if (!(await work())) dialog.close() })
      actions.append(button)
      if (first) button.focus()
    },
  }
}

// From the signed-in page; without signal, as it was there last.
async function staffNumber(user) {
  const kept = await meta("staff")
  return document.body.dataset.staff || (kept?.user === user ? kept.staff : "")
}
