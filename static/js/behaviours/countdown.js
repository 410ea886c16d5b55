// Minutes left, counted by the server's clock as last heard on this page.
// <b data-behaviour="countdown" data-until="2026-03-18T15:20:00Z" data-now="2026-03-18T14:43:00Z" [data-over="时间到"]>37</b>
// At zero it gets data-over-now and says data-over, or 0.
export function attach(place) {
  const start = performance.now()
  const left = Date.parse(place.dataset.until) - Date.parse(place.dataset.now || new Date().toISOString())
  const show = () => {
    const minutes = Math.ceil((left - (performance.now() - start)) / 60_000)
    const words = minutes > 0 ? String(minutes) : place.dataset.over ?? "0"
    if (place.textContent !== words) place.textContent = words
    place.toggleAttribute("data-over-now", minutes <= 0)
    if (minutes <= 0 || !place.isConnected) clearInterval(timer)
  }
  const timer = setInterval(show, 5000)
  document.addEventListener("visibilitychange", show)
  show()
}
