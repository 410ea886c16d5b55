// The header's pill: is everything sent?
// <a data-behaviour="outbox-pill" class="pill pill--ok" data-state="sent" href="…">
//   <svg class="icon"><use href="…#cloud-check"/></svg><span data-part="text">已传完</span></a>      (macro sync_pill)
// Sets data-state = sent | sending | stored | offline | look with its class, icon and words, and shows
// [data-signin-banner] while the server asks for a sign-in; data-known once it has looked into the outbox.
// It imports late, so that the decision can be tested without a page; a file of its own would cost a request.

const LOOKS = {
  sent: ["ok", "cloud-check"], sending: ["sync", "cloud-upload"], stored: ["sync", "device-mobile-up"],
  offline: ["sync", "wifi-off"], look: ["miss", "alert-circle"],
}

export async function attach(pill) {
  const { setIcon, t } = await import("../app.js")
  const { onChange, summary } = await import("../offline/outbox.js")
  const text = pill.querySelector("[data-part=text]")
  const show = async () => {
    const now = await summary()
    const state = pillState(now)
    const values = { n: state === "look" ? now.look : now.waiting, ...now.progress }
    const [tone, name] = LOOKS[state]
    pill.dataset.state = state
    pill.dataset.known = ""
    for (const one of ["ok", "sync", "miss"]) pill.classList.toggle(`pill--${one}`, one === tone)
    setIcon(pill.querySelector("svg"), name)
    if (text.textContent !== t(`pill_${state}`, values)) text.textContent = t(`pill_${state}`, values)
    document.querySelectorAll("[data-signin-banner]").forEach((banner) => { banner.hidden = !now.signIn })
  }
  onChange(show)
  addEventListener("online", show)
  addEventListener("offline", show)
  return show()
}

// What the pill says: "sending" | "offline" | "look" | "stored" | "sent".
export function pillState({ progress, online, look, waiting }) {
  if (progress) return "sending"
  if (!online) return "offline"
  if (look) return "look"
  return waiting ? "stored" : "sent"
}
