// Times and sentences of the pages kept on the phone, in the site's own zone.
import { t } from "../app.js"
import { lastGood } from "./walk.js"

const formats = new Map()

// "22:41"
export function clock(at, zone) {
  if (!formats.has(zone)) {
    formats.set(zone, new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone }))
  }
  return formats.get(zone).format(at)
}

// "22:00–23:00": a point's own window, or "".
export function ownTime(stop, zone) {
  return stop.window ? stop.window.map((at) => clock(at, zone)).join("–") : ""
}

// The picture in words, for whoever does not see it.
export function beadSentence(walk) {
  const late = walk.stops.filter((stop) => stop.state === "late").length
  const missed = walk.stops.filter((stop) => stop.state === "missed").length
  const reached = walk.stops.filter((stop) => stop.at !== null).length
  return [
    t("beads_total", { n: walk.stops.length }), t("beads_reached", { n: reached }), late ? t("beads_late", { n: late }) : "",
    missed ? t("beads_missed", { n: missed }) : "", walk.next ? t("beads_next", { n: walk.next.number }) : "",
  ].filter(Boolean).join(t("comma"))
}

// "on time", "5 min late" … for a scan in a judged round, or none.
export function verdict(walk, stop, scan, zone) {
  if (scan.replaced) return t("label_replaced")
  if (!walk || !stop) return t("outside_round")
  if (scan.at >= walk.closes) return t("after_close")
  if (stop.state === "late" && stop.at === scan.at) {
    return t("late_by", { n: Math.max(1, Math.floor((scan.at - lastGood(walk, stop)) / 60_000)) })
  }
  if (stop.window && scan.at < stop.window[0]) return t("too_early", { time: clock(stop.window[0], zone) })
  return t("on_time")
}
