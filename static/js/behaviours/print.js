// <button type="button" data-behaviour="print">: the browser's own print dialog.
export function attach(button) {
  button.addEventListener("click", () => window.print())
}
