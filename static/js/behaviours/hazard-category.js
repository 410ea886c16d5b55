// The report's category leads: first action, proposed severity, what each severity means, whether it can be fixed on the spot.
// <form data-behaviour="record-form hazard-category" [data-may-lower]>
//   radios name=category with data-severity, data-deadline (words of that severity), [data-spot]
//   [data-hint="<code>"] blocks · [data-twin="<code>"] open hazards here · radios name=severity, each with a <small> of its own
//   [data-spot-part] shown only where allowed · <a data-critical hidden> the call
const ORDER = ["minor", "major", "critical"]

export function attach(form) {
  const severities = [...form.querySelectorAll("input[name=severity][type=radio]")]
  const words = (radio) => radio.parentElement.querySelector("small")
  const usual = new Map(severities.map((radio) => [radio, words(radio)?.textContent]))
  const call = form.querySelector("[data-critical]")
  const spot = form.querySelector("[data-spot-part]")
  let byHand = false

  const chosen = () => form.querySelector("input[name=category]:checked")
  const show = () => {
    const category = chosen()
    const own = category?.dataset.severity
    for (const part of form.querySelectorAll("[data-hint]")) part.hidden = part.dataset.hint !== category?.value
    for (const twin of form.querySelectorAll("[data-twin]")) twin.hidden = Boolean(category) && twin.dataset.twin !== category.value
    for (const radio of severities) {
      const text = words(radio)
      if (text) text.textContent = radio.value === own ? category.dataset.deadline : usual.get(radio)
      // Whoever may not lower it is not offered what the server would refuse.
      radio.disabled = Boolean(own) && !form.hasAttribute("data-may-lower") && ORDER.indexOf(radio.value) < ORDER.indexOf(own)
    }
    if (own && (!byHand || form.querySelector("input[name=severity]:checked:disabled"))) {
      form.querySelector(`input[name=severity][value="${own}"]`).checked = true
    }
    if (spot) spot.hidden = Boolean(category) && !category.hasAttribute("data-spot")
    if (call) call.hidden = form.querySelector("input[name=severity]:checked")?.value !== "critical"
  }

  form.addEventListener("change", (event) => {
    if (event.target.name === "severity") byHand = true
    if (event.target.name === "category") byHand = false
    show()
  })
  form.addEventListener("draft-restored", () => { byHand = true; show() })
  byHand = severities.some((radio) => radio.defaultChecked)
  show()
}
