// The report's category leads: shows its first action, proposes its severity, offers the call when it is critical.
// <form data-behaviour="record-form hazard-category"> radios name=category with data-severity,
//   [data-hint="<code>"] blocks, radios name=severity, <a data-critical hidden>
export function attach(form) {
  let chosenByHand = false
  const severity = () => form.querySelector("input[name=severity]:checked")?.value
  const call = form.querySelector("[data-critical]")
  const showCall = () => { if (call) call.hidden = severity() !== "critical" }

  form.addEventListener("change", (event) => {
    if (event.target.name === "severity") chosenByHand = true
    if (event.target.name === "category") {
      for (const hint of form.querySelectorAll("[data-hint]")) hint.hidden = hint.dataset.hint !== event.target.value
      const wanted = event.target.dataset.severity
      if (wanted && !chosenByHand) form.querySelector(`input[name=severity][value="${wanted}"]`)?.click()
      chosenByHand = chosenByHand && event.isTrusted
    }
    showCall()
  })
  showCall()
}
