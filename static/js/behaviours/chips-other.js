// A few chips and a sheet with all the rest, searchable.
// <fieldset data-behaviour="chips-other"> <label class="chip"><input type="radio" name="category" value="…"><span>…</span></label> …
//   <button type="button" class="chip" data-more hidden><span data-more-text>其他</span></button>
//   <dialog data-sheet class="sheet"><input type="search" data-search aria-label="…">
//     <ul><li data-option data-words="花盆 huapen flowerpot"><label><input type="radio" name="category" value="…"><span>…</span></label></li></ul>
//     <p data-none hidden>…</p><button type="button" data-close></dialog></fieldset>
// The sheet's radios share the chips' name, so one is chosen in all. Without JavaScript put the same list in <noscript>.
export function attach(box) {
  const dialog = box.querySelector("[data-sheet]")
  const more = box.querySelector("[data-more]")
  const moreText = more.querySelector("[data-more-text]")
  const usual = moreText.textContent
  const search = dialog.querySelector("[data-search]")

  const show = () => {
    const chosen = dialog.querySelector("input:checked")
    more.classList.toggle("is-on", Boolean(chosen))
    more.setAttribute("aria-pressed", String(Boolean(chosen)))
    moreText.textContent = chosen ? chosen.closest("label").textContent.trim() : usual
  }
  const filter = () => {
    const words = search.value.trim().toLowerCase().split(/\s+/).filter(Boolean)
    let left = 0
    for (const option of dialog.querySelectorAll("[data-option]")) {
      const text = `${option.textContent} ${option.dataset.words ?? ""}`.toLowerCase()
      option.hidden = !words.every((word) => text.includes(word))
      if (!option.hidden) left += 1
    }
    // A heading without anything under it goes too.
    for (const group of dialog.querySelectorAll("[data-group]")) group.hidden = !group.querySelector("[data-option]:not([hidden])")
    const none = dialog.querySelector("[data-none]")
    if (none) none.hidden = left > 0
  }

  more.hidden = false
  more.addEventListener("click", () => { search.value = ""; filter(); dialog.showModal() })
  search.addEventListener("input", filter)
  search.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return
    event.preventDefault() // Enter chooses the first match, it does not send the form
    dialog.querySelector("[data-option]:not([hidden]) input")?.click()
  })
  // Arrow keys walk the radios and choose as they go: only a tap or Enter closes the sheet.
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-close]")) dialog.close()
    else if (event.target.matches("input[type=radio]") && (event.detail || !dialog.contains(document.activeElement) || document.activeElement === search)) dialog.close()
  })
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("input[type=radio]")) { event.preventDefault(); dialog.close() }
  })
  dialog.addEventListener("close", () => more.focus())
  box.addEventListener("change", show)
  box.closest("form")?.addEventListener("draft-restored", show)
  show()
}
