// <a data-behaviour="bell" data-label="Notices"><svg/><span class="count" data-part="count" hidden></span></a>
// How many notices stand for me, asked now and then; the critical ones stand above the page until somebody takes note.
// Without signal the pack says what stood when there last was one.
import { el, icon } from "../app.js"

const EVERY = 60_000

export async function attach(bell) {
  const look = async () => {
    if (document.hidden) return
    const said = (await ask()) ?? (await fromPack())
    if (said) show(bell, said)
  }
  document.addEventListener("visibilitychange", look)
  setInterval(look, EVERY)
  navigator.serviceWorker?.addEventListener("message", ({ data }) => { if (data === "notice") look() })
  await look()
}

export function show(bell, { count, urgent }) {
  const number = bell.querySelector("[data-part=count]")
  number.textContent = count ? String(count) : ""
  number.hidden = !count
  bell.setAttribute("aria-label", count ? `${bell.dataset.label} ${count}` : bell.dataset.label)
  document.querySelector("[data-urgent]")?.remove()
  const main = document.querySelector("main#main .problems")
  if (!urgent.length || !main || location.pathname === "/notices") return
  const lines = urgent.map((one) => el("a.notice.notice--miss", { href: one.url }, icon("alert-octagon"), el("span", {}, one.title)))
  main.after(el("div.stack.stack--tight", { "data-urgent": "" }, ...lines))
}

async function ask() {
  try {
    const reply = await fetch("/notices/mine", { headers: { Accept: "application/json" }, cache: "no-store", redirect: "manual" })
    return reply.ok ? await reply.json() : null
  } catch {
    return null
  }
}

async function fromPack() {
  if (document.body.dataset.pack === undefined) return null
  const { kept } = await import("../offline/pack.js")
  return (await kept())?.notices ?? null
}
