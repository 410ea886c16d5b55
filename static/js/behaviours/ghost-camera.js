// The in-page camera with an earlier photo half-transparent over it, so that the new one is taken from the same angle.
// <div data-behaviour="photo-picker ghost-camera" data-ghost="/photos/<id>/thumb.jpg">
//   the picker's own input[data-camera]
//   <template data-guide-shape><dialog data-guide><video data-live></video><img data-ghost-image hidden>
//     <input type="range" data-fade><button type="button" data-leave></button><button type="button" data-shoot></button>
//   </dialog></template>
// </div>
// Without a picture to hold it against, without a camera, or when it is refused, the input opens as it always did. What
// is taken here goes the picker's own way: shrunk, stamped, kept in the draft, from the camera and not from a gallery.

export function attach(picker) {
  const input = picker.querySelector("[data-camera]")
  const shape = picker.querySelector("[data-guide-shape]")
  if (!input || !shape || !self.HTMLDialogElement) return
  let plain = !navigator.mediaDevices?.getUserMedia
  input.addEventListener("click", async (event) => {
    if (plain || !picker.dataset.ghost) return
    event.preventDefault()
    try {
      if (!picker.querySelector("[data-guide]")) picker.append(shape.content.cloneNode(true))
      const file = await shoot(picker.querySelector("[data-guide]"), picker.dataset.ghost)
      if (file) await picker.patrol.take(file)
    } catch (error) {
      console.info("the camera did not open:", error.name)
      plain = true
      input.click()
    }
  })
}

// -> the picture as a File, or null when left without one. Throws what getUserMedia throws.
async function shoot(guide, ghost) {
  const [video, image, fade, go, leave] = ["live", "ghost-image", "fade", "shoot", "leave"].map((part) => guide.querySelector(`[data-${part}]`))
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: false, video: { facingMode: { ideal: "environment" }, width: { ideal: 1920 }, height: { ideal: 1440 } },
  })
  const control = new AbortController()
  const { signal } = control
  const end = () => { control.abort(); for (const track of stream.getTracks()) track.stop(); video.srcObject = null; if (guide.open) guide.close() }
  try {
    lay(image, ghost, fade, signal)
    guide.showModal()
    video.srcObject = stream
    video.muted = true
    await video.play()
    go.disabled = false
    const taken = await new Promise((done) => {
      go.addEventListener("click", () => done(true), { signal })
      leave.addEventListener("click", () => done(false), { signal })
      guide.addEventListener("close", () => done(false), { signal })
      addEventListener("pagehide", () => done(false), { signal })
      document.addEventListener("visibilitychange", () => { if (document.hidden) done(false) }, { signal })
    })
    return taken ? await still(video) : null
  } finally {
    go.disabled = true
    end()
  }
}

// A picture that is not on this phone leaves the camera as it is.
function lay(image, ghost, fade, signal) {
  image.hidden = true
  image.addEventListener("load", () => { image.hidden = false }, { signal })
  image.src = ghost
  const show = () => { image.style.opacity = String(Number(fade.value) / 100) }
  fade.addEventListener("input", show, { signal })
  show()
}

async function still(video) {
  const canvas = document.createElement("canvas")
  canvas.width = video.videoWidth
  canvas.height = video.videoHeight
  canvas.getContext("2d").drawImage(video, 0, 0)
  const blob = await new Promise((done) => { canvas.toBlob(done, "image/jpeg", 0.92) })
  return new File([blob], "camera.jpg", { type: "image/jpeg" })
}
