// A form of few choices that is sent at the first change; its button is for browsers without JavaScript.
// <form data-behaviour="send-on-change"> … <div data-part="send"><button>…</button></div></form>
export function attach(form) {
  const send = form.querySelector("[data-part=send]")
  if (send) send.hidden = true
  form.addEventListener("change", () => form.requestSubmit())
}
