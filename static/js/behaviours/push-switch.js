// <section data-behaviour="push-switch" data-key="<the server's public key>"> with [data-part=state] (its data-* hold the
// words of each state), the buttons [data-part=on] and [data-part=off], and the link [data-part=install].
// It imports late, so that the decision can be tested without a page.

export async function attach(section) {
  const key = section.dataset.key
  if (!key) return
  const part = (name) => section.querySelector(`[data-part=${name}]`)
  const show = (state) => {
    section.dataset.state = state
    part("state").textContent = part("state").dataset[state]
    part("on").hidden = state !== "off" && state !== "failed"
    part("off").hidden = state !== "on"
    part("install").hidden = state !== "ios"
  }
  const look = async () => {
    const worker = await ready()
    const subscription = await worker?.pushManager?.getSubscription()
    show(pushState({ ...surroundings(), worker: Boolean(worker), subscribed: Boolean(subscription) }))
    return subscription
  }
  part("on").addEventListener("click", async () => {
    if ((await Notification.requestPermission()) !== "granted") { await look(); return }
    try {
      await subscribe(await ready(), key)
      await look()
    } catch (error) {
      console.warn(error)
      show("failed")
    }
  })
  part("off").addEventListener("click", async () => {
    const subscription = await look()
    if (!subscription) return
    await send("/me/push/ending", { endpoint: subscription.endpoint })
    await subscription.unsubscribe()
    await look()
  })
  const subscription = await look()
  if (subscription) await send("/me/push", subscription.toJSON()) // it may have been made under another sign-in
}

// on | off | denied | insecure | wechat | ios | unsupported | worker
export function pushState({ secure, agent, standalone, able, permission, worker, subscribed }) {
  if (/MicroMessenger/i.test(agent)) return "wechat"
  if (!secure) return "insecure"
  if (/iPhone|iPad|iPod/.test(agent) && !standalone) return "ios"
  if (!able) return "unsupported"
  if (permission === "denied") return "denied"
  if (!worker) return "worker"
  return subscribed && permission === "granted" ? "on" : "off"
}

function surroundings() {
  return {
    secure: window.isSecureContext,
    agent: navigator.userAgent,
    standalone: navigator.standalone === true || matchMedia("(display-mode: standalone)").matches,
    able: "serviceWorker" in navigator && "PushManager" in window && "Notification" in window,
    permission: window.Notification?.permission ?? "default",
  }
}

// The worker of this page, or null where none comes: an untrusted certificate gives none.
async function ready() {
  if (!navigator.serviceWorker) return null
  const patience = new Promise((resolve) => { setTimeout(resolve, 8000, null) })
  return Promise.race([navigator.serviceWorker.ready, patience])
}

async function subscribe(worker, key) {
  const old = await worker.pushManager.getSubscription()
  if (old) await old.unsubscribe() // it may be bound to another server's key
  const made = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) })
  await send("/me/push", made.toJSON())
}

async function send(url, body) {
  const token = document.querySelector("meta[name=csrf-token]").content
  const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token }
  const reply = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) })
  if (!reply.ok) throw new Error(`${url}: ${reply.status}`)
}

export function bytes(base64url) {
  const plain = atob(base64url.replace(/-/g, "+").replace(/_/g, "/"))
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0))
}
