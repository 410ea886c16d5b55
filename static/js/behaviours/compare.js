// Before and after over each other: the slider says how much of the later picture is seen.
// <div class="compare" data-behaviour="compare"> <img data-part="before"> <img data-part="after">
//   <input type="range" min="0" max="100" value="50" data-part="slider"> </div>
// A real range input, so that arrow keys, Home and End move it as they move any slider.
export function attach(box) {
  const slider = box.querySelector("[data-part=slider]")
  const after = box.querySelector("[data-part=after]")
  if (!slider || !after) return undefined
  const show = () => {
    const share = Math.min(100, Math.max(0, Number(slider.value)))
    after.style.clipPath = `inset(0 0 0 ${share}%)` // through the CSSOM, which the page's policy allows
    box.style.setProperty("--share", `${share}%`)
  }
  slider.addEventListener("input", show)
  box.hidden = false
  show()
  return () => slider.removeEventListener("input", show)
}
