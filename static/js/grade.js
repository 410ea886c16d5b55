// What this browser gives a page. a: everything. b: https without a service worker, so no start without signal.
// c: plain http, so no live camera either. The reason says what to do about it: wechat | http | certificate | browser.

// secure: window.isSecureContext. worker: "there" | "none" | "refused" (an untrusted certificate) | "unknown" (no answer).
export function gradeOf({ secure, worker, agent = "" }) {
  const wechat = /MicroMessenger/i.test(agent)
  if (!secure) return { grade: "c", reason: wechat ? "wechat" : "http" }
  if (wechat) return { grade: "b", reason: "wechat" }
  if (worker === "none") return { grade: "b", reason: "browser" }
  if (worker === "refused") return { grade: "b", reason: "certificate" }
  return { grade: "a", reason: null }
}

export async function grade() {
  return gradeOf({ secure: window.isSecureContext, worker: await worker(), agent: navigator.userAgent })
}

async function worker() {
  if (!navigator.serviceWorker) return "none"
  try {
    const kept = await navigator.serviceWorker.getRegistration()
    if (kept?.active || kept?.waiting || kept?.installing) return "there" // an empty one is still being fetched
    await navigator.serviceWorker.register("/sw.js")
    return "there"
  } catch (error) {
    return error.name === "SecurityError" ? "refused" : "unknown"
  }
}
