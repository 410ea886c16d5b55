// Remembers which <details> were open and how far down a list somebody was, for this visit.
// <div data-behaviour="tabs-keep" data-keep="orders"> with [data-tab="name"] radios or details inside
export function attach(box) {
  const key = `tabs:${box.dataset.keep}`
  const tabs = [...box.querySelectorAll("[data-tab]")]
  const isOpen = (tab) => (tab.tagName === "DETAILS" ? tab.open : tab.checked)
  try {
    const kept = JSON.parse(sessionStorage.getItem(key) ?? "null")
    for (const tab of kept ? tabs : []) {
      if (tab.tagName === "DETAILS") tab.open = kept.includes(tab.dataset.tab)
      else if (kept.includes(tab.dataset.tab) && !tab.checked) tab.click()
    }
  } catch { /* storage is off: the page opens as it was sent */ }
  const keep = () => {
    try { sessionStorage.setItem(key, JSON.stringify(tabs.filter(isOpen).map((tab) => tab.dataset.tab))) } catch { /* off */ }
  }
  box.addEventListener("change", keep)
  for (const tab of tabs) tab.addEventListener("toggle", keep)
}
