// A form for somebody without a sign-in: sent with its photos and signatures, and never lost for want of signal.
// <form method="post" enctype="multipart/form-data" data-behaviour="send-whole" data-no-signal="words">
//   photo-pickers, signatures; <p data-problem role="alert" hidden></p>; what the server refuses stands in [data-refusal]
// Without JavaScript the same form goes its plain way.
import { whenAttached } from "../app.js"

export function attach(form) {
  const place = form.querySelector("[data-problem]")
  const button = document.querySelector(`button[form="${form.getAttribute("id")}"]`)
  const say = (text) => {
    place.textContent = text
    place.hidden = !text
    if (text) place.scrollIntoView({ block: "center" })
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault()
    if (form.hasAttribute("aria-busy")) return
    const pads = [...form.querySelectorAll("[data-behaviour~=photo-picker], [data-behaviour~=signature]")].filter((one) => !one.closest("[hidden]"))
    await Promise.all(pads.map(whenAttached))
    for (const pad of pads) {
      if (!pad.patrol.problem()) continue
      return pad.patrol.complain()
    }
    form.setAttribute("aria-busy", "true")
    button?.setAttribute("aria-busy", "true")
    say("")
    try {
      const reply = await fetch(form.action, { method: "POST", body: await whole(form, pads) })
      if (reply.redirected || reply.ok) return location.replace(reply.url)
      const page = new DOMParser().parseFromString(await reply.text(), "text/html")
      say((page.querySelector("[data-refusal]") ?? page.querySelector("main"))?.textContent.trim() ?? String(reply.status))
    } catch {
      say(form.dataset.noSignal)
    }
    form.removeAttribute("aria-busy")
    button?.removeAttribute("aria-busy")
  })
}

async function whole(form, pads) {
  const data = new FormData(form)
  for (const pad of pads) {
    await pad.patrol.ready()
    data.delete(pad.dataset.name)
    for (const photo of await pad.patrol.photos()) {
      data.append(pad.dataset.name, new File([photo.bytes], `${photo.id}.jpg`, { type: photo.type }))
    }
  }
  return data
}
