// Some reasons need a photo: the chosen input[data-proof] decides how many the form's photo-picker asks for.
// <form data-behaviour="record-form needs-proof"> radios with [data-proof] · [data-behaviour~=photo-picker]
export function attach(form) {
  const picker = form.querySelector("[data-behaviour~=photo-picker]")
  const show = () => { picker.dataset.min = form.querySelector("input:checked[data-proof]") ? "1" : "0" }
  form.addEventListener("change", show)
  form.addEventListener("draft-restored", show)
  show()
}
