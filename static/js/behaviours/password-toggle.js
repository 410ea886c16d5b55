// Shows and hides what is typed.
// <div data-behaviour="password-toggle"><input type="password">
//   <button type="button" aria-pressed="false" [data-show="显示" data-hide="隐藏"] hidden><svg…eye>[<span data-text>显示</span>]</button></div>
import { setIcon, t } from "../app.js"

export function attach(box) {
  const input = box.querySelector("input")
  const button = box.querySelector("button")
  const show = (on) => {
    input.type = on ? "text" : "password"
    button.setAttribute("aria-pressed", String(on))
    button.setAttribute("aria-label", t(on ? "password_hide" : "password_show"))
    const word = button.querySelector("[data-text]")
    if (word) word.textContent = on ? button.dataset.hide : button.dataset.show
    setIcon(button.querySelector("svg"), on ? "eye-off" : "eye")
  }
  button.hidden = false
  button.addEventListener("click", () => { show(input.type === "password"); input.focus() })
  input.form?.addEventListener("submit", () => show(false)) // so that the browser offers to keep it
  show(false)
}
