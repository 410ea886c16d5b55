// What this phone can do and what still lies on it.
// <section data-behaviour="about-phone"> <div data-about="unsent|store|grade"> .list-row__tile > svg, .list-row__meta[data-…] </div>
import { setIcon, t } from "../app.js"
import { grade } from "../grade.js"
import { age } from "../offline/clock.js"
import { database, onChange, summary } from "../offline/outbox.js"
import { roomState } from "../offline/room.js"

const DAY = 86_400_000
const MB = 1024 * 1024

export async function attach(section) {
  const row = (name) => section.querySelector(`[data-about=${name}]`)
  const say = (name, tone, icon, key, values = {}) => {
    const place = row(name)
    const meta = place.querySelector(".list-row__meta")
    meta.textContent = meta.dataset[key].replace(/\{(\w+)\}/g, (_, word) => values[word] ?? "")
    const tile = place.querySelector(".list-row__tile")
    tile.className = `list-row__tile list-row__tile--${tone}`
    setIcon(tile.querySelector("svg"), icon)
  }

  const unsent = async () => {
    const { mine, others, oldest } = await summary()
    const photos = await (await database()).count("photos")
    const records = mine.length + others
    const old = Boolean(oldest) && Date.now() - Date.parse(oldest) > DAY
    const { unit, n } = age(Date.parse(oldest), Date.now())
    if (mine.length) say("unsent", old ? "miss" : "sync", old ? "alert-circle" : "device-mobile-up", "old", { n: records, p: photos, age: t(`age_${unit}`, { n }) })
    else if (records || photos) say("unsent", "sync", "device-mobile-up", "text", { n: records, p: photos })
    else say("unsent", "ok", "cloud-check", "none")
  }
  const store = async () => {
    if (!self.indexedDB) return say("store", "miss", "alert-circle", "none")
    const { usage = 0, quota = 0 } = (await navigator.storage?.estimate?.()) ?? {}
    const kept = (await navigator.storage?.persisted?.()) ?? false
    const photos = await (await database()).count("photos")
    const { word, percent, free } = roomState({ usage, quota, photos })
    const values = { used: Math.ceil(usage / MB), free, percent, photos }
    if (word) return say("store", "late", "alert-circle", word === "room_tight" ? "tight" : "photos", values)
    return kept ? say("store", "ok", "device-floppy", "kept", values) : say("store", "late", "device-floppy", "loose", values)
  }
  const connection = async () => {
    const { grade: letter } = await grade()
    say("grade", letter === "a" ? "ok" : "late", letter === "c" ? "alert-circle" : "shield-check", letter)
  }

  onChange(() => unsent().catch(() => {}))
  await Promise.allSettled([unsent(), store(), connection()])
}
