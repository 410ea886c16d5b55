// Shows the photos chosen in a plain file input; the form itself sends them, with or without this file.
// <div data-behaviour="picked-photos" data-max="3"> <input type="file" multiple> <ul data-picked></ul> </div>
export function attach(box) {
  const input = box.querySelector("input[type=file]")
  const list = box.querySelector("[data-picked]")
  input.addEventListener("change", () => {
    for (const picture of list.querySelectorAll("img")) URL.revokeObjectURL(picture.src)
    list.replaceChildren(...[...input.files].slice(0, Number(box.dataset.max)).map(shown))
  })
}

function shown(file) {
  const picture = Object.assign(document.createElement("img"), { src: URL.createObjectURL(file), alt: file.name })
  const line = document.createElement("li")
  line.append(picture)
  return line
}
