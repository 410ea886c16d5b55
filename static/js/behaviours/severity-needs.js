// What another severity asks of an assignment: the interim measure, a reason for lowering, its own deadline.
// <select data-behaviour="severity-needs" data-now="<severity>"> options with data-due (the deadline in words)
//   beside it in the form: [name=interim], [name=note], [name=due_at] with its hint
const ORDER = ["minor", "major", "critical"]

export function attach(select) {
  const { interim, note, due_at: due } = select.form.elements
  const hint = document.getElementById(due.getAttribute("aria-describedby"))
  const show = () => {
    interim.required = select.value !== "minor"
    note.required = ORDER.indexOf(select.value) < ORDER.indexOf(select.dataset.now)
    if (hint) hint.textContent = select.selectedOptions[0].dataset.due
  }
  select.addEventListener("change", show)
  show()
}
