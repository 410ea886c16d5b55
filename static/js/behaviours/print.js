// <button type="button" data-behaviour="print"> opens the browser's print dialogue; hidden where there is none.
export function attach(button) {
  if (typeof window.print !== "function") { button.hidden = true; return }
  button.addEventListener("click", () => window.print())
}
