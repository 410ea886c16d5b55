// The live camera: asked for once, stopped when nobody looks, frames handed over one at a time.

const LONG_SIDE = 1280
const PAUSE = 100 // about 8-10 looks a second
const NO_PICTURE = 6000

const REASONS = {
  NotAllowedError: "refused", SecurityError: "refused", NotFoundError: "none", OverconstrainedError: "none",
  NotReadableError: "in_use", AbortError: "in_use",
}

// onStart(hasTorch), onFrame({width, height, data}) -> promise, onTrouble(reason):
// refused | none | in_use | insecure | unsupported | no_picture
export function openCamera(video, { onStart, onFrame, onTrouble }) {
  const canvas = document.createElement("canvas")
  const paper = canvas.getContext("2d", { willReadFrequently: true })
  let stream = null
  let refused = false
  let run = 0
  let lock = null

  async function start() {
    if (stream || refused) return
    if (!navigator.mediaDevices?.getUserMedia) {
      onTrouble(window.isSecureContext ? "unsupported" : "insecure")
      return
    }
    const mine = ++run
    try {
      const found = await navigator.mediaDevices.getUserMedia({
        audio: false, video: { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 } },
      })
      if (mine !== run) { end(found); return } // left while the question stood open
      stream = found
      video.srcObject = stream
      video.muted = true
      await video.play()
      lock = await navigator.wakeLock?.request("screen").catch(() => null)
      onStart(Boolean(stream?.getVideoTracks()[0].getCapabilities?.().torch))
      look(mine)
    } catch (error) {
      if (mine !== run) return
      stop()
      refused = REASONS[error.name] === "refused" // never ask again on this page
      onTrouble(REASONS[error.name] ?? "in_use")
    }
  }

  function stop() {
    run += 1
    if (stream) end(stream)
    stream = null
    video.srcObject = null
    lock?.release().catch(() => {})
    lock = null
  }

  async function look(mine) {
    const since = performance.now()
    let seen = false
    while (mine === run) {
      if (video.videoWidth) {
        seen = true
        await onFrame(grab())
      } else if (!seen && performance.now() - since > NO_PICTURE) {
        stop()
        onTrouble("no_picture")
        return
      }
      await pause()
    }
  }

  function grab() {
    const scale = Math.min(1, LONG_SIDE / Math.max(video.videoWidth, video.videoHeight))
    canvas.width = Math.round(video.videoWidth * scale)
    canvas.height = Math.round(video.videoHeight * scale)
    paper.drawImage(video, 0, 0, canvas.width, canvas.height)
    return paper.getImageData(0, 0, canvas.width, canvas.height)
  }

  // Waits a moment and for a new picture.
  function pause() {
    return new Promise((resolve) => {
      const next = video.requestVideoFrameCallback ? (go) => video.requestVideoFrameCallback(go) : requestAnimationFrame
      const late = setTimeout(resolve, PAUSE * 10)
      setTimeout(() => next(() => { clearTimeout(late); resolve() }), PAUSE)
    })
  }

  async function torch(on) {
    try {
      await stream.getVideoTracks()[0].applyConstraints({ advanced: [{ torch: on }] })
      return true
    } catch { return false }
  }

  document.addEventListener("visibilitychange", () => { if (document.hidden) stop(); else start() })
  addEventListener("pagehide", stop)
  addEventListener("pageshow", (event) => { if (event.persisted) start() })
  return { start, stop, torch }
}

function end(stream) {
  for (const track of stream.getTracks()) track.stop()
}
