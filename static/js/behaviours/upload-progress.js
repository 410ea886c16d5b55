// Shows how much of a form has been sent and that it is being looked at; the answer takes the page's place.
// <form data-behaviour="upload-progress"> … <div data-progress hidden><progress max="100"></progress>
//   <span data-part="text" data-sending="Sending {n} %" data-looking="…" data-failed="…"></span></div></form>
export function attach(form) {
  const box = form.querySelector("[data-progress]")
  const bar = box.querySelector("progress")
  const text = box.querySelector("[data-part=text]")
  const buttons = form.querySelectorAll("button")

  form.addEventListener("submit", (event) => {
    event.preventDefault()
    const request = new XMLHttpRequest()
    const busy = (yes) => { for (const button of buttons) button.disabled = yes }
    const body = form.enctype === "multipart/form-data" ? new FormData(form) : new URLSearchParams(new FormData(form))
    request.upload.addEventListener("progress", ({ loaded, total }) => show(box, bar, text, progress(loaded, total)))
    request.upload.addEventListener("load", () => show(box, bar, text, progress(1, 1)))
    request.addEventListener("load", () => {
      if (new URL(request.responseURL).pathname !== new URL(form.action).pathname) return location.assign(request.responseURL)
      const answer = new DOMParser().parseFromString(request.responseText, "text/html").querySelector("#main")
      if (!answer) return failed()
      const main = document.getElementById("main")
      main.replaceChildren(...answer.childNodes)
      main.focus()
      scrollTo(0, 0)
    })
    const failed = () => {
      busy(false)
      bar.hidden = true
      text.textContent = text.dataset.failed
    }
    request.addEventListener("error", failed)
    request.open("POST", form.action)
    request.send(body)
    busy(true)
    show(box, bar, text, progress(0, 1))
  })
}

// What is to be shown: the percentage while bytes are under way, nothing but "looking" once all are there.
export function progress(loaded, total) {
  return total > 0 && loaded < total ? { state: "sending", percent: Math.floor((loaded / total) * 100) } : { state: "looking", percent: null }
}

function show(box, bar, text, { state, percent }) {
  box.hidden = bar.hidden = false
  if (percent === null) bar.removeAttribute("value")
  else bar.value = percent
  text.textContent = text.dataset[state].replace("{n}", percent)
}
