// Reads a label with the camera, from a photo, or as typed, and saves the scan before anything else happens.
// <section data-behaviour="scanner" data-arrived="/c/" data-hosts="patrol.example.cn">
//   <video data-video playsinline muted></video>   <p data-hint role="status"></p>
//   <div data-trouble role="alert" hidden><b data-trouble-title></b><p data-trouble-cure></p></div>
//   <div data-result hidden><b data-result-title></b><span data-result-note></span><a data-report href="/hazards/new"></a></div>
//   <button type="button" data-torch aria-pressed="false" hidden><span data-torch-text>打开手电</span></button>
//   <button type="button" data-nfc hidden>读感应标签</button>   shown where the phone reads NFC tags
//   <button type="button" data-type-open aria-expanded="false">输入编号</button>
//   <form data-type hidden><input name="code" autocomplete="off" autocapitalize="characters"><p data-type-error role="alert" hidden></p><button></button></form>
//   <label>拍照识别<input type="file" accept="image/*" capture="environment" data-still></label>
// </section>
// Sets data-state = starting | looking | found | trouble. Answered by the server it goes to data-arrived + code + "?scan=<id>";
// otherwise it stays, says what is true, and looks for the next label; [data-report] then carries #scan=<id>.
import { buzz, t } from "../app.js"
import { groupCode, readLabel } from "../offline/code.js"
import { hasNfc, listen } from "../offline/nfc.js"
import { askPosition, quickPosition } from "../offline/position.js"
import { deliver, save } from "../offline/save.js"
import { openCamera } from "../photos/camera.js"
import { readStill, reader } from "../photos/reader.js"
import { currentUser } from "../offline/outbox.js"

const SAME_AGAIN = 10_000
const PATIENCE = 2500

export function attach(scanner) {
  const part = (name) => scanner.querySelector(`[data-${name}]`)
  const hosts = [location.host, ...(scanner.dataset.hosts ?? "").toLowerCase().split(/[\s,]+/).filter(Boolean)]
  const last = { text: "", at: 0 }
  let busy = false

  const found = async (text, method) => {
    const repeated = text === last.text && Date.now() - last.at < (method === "camera" ? SAME_AGAIN : 0)
    if (busy || repeated) return
    Object.assign(last, { text, at: Date.now() })
    const code = readLabel(text, hosts)
    if (!code) { hint(t("not_ours")); buzz([120, 80, 120]); return }
    busy = true
    scanner.dataset.state = "found"
    buzz(60)
    hint(t("saving"))
    try {
      await arrive(code, method)
    } catch (error) {
      console.error(error)
      hint(t(error.name === "QuotaExceededError" ? "phone_full" : "not_saved"))
    }
    busy = false
    scanner.dataset.state = "looking"
  }

  const arrive = async (code, method) => {
    if (!currentUser()) { location.assign(scanner.dataset.arrived + code); return }
    const position = await quickPosition()
    const known = await recognise(code)
    const id = await save({ kind: "scan", data: { code, method }, position, icon: "map-pin-check", ...known })
    const answer = navigator.onLine ? await deliver(id, PATIENCE) : null
    if (answer && answer.status !== "refused") {
      camera.stop()
      location.assign(`${scanner.dataset.arrived}${code}?scan=${id}`)
      return new Promise(() => {}) // the page is leaving
    }
    if (!answer && known.fact.place && navigator.serviceWorker?.controller) {
      camera.stop()
      location.assign(`/kept/visit#scan=${id}`)
      return new Promise(() => {})
    }
    result(known.name || groupCode(code), answer?.problem?.text ?? t("saved_on_phone"), answer ? "look" : "waiting", id)
    if (answer) buzz([120, 80, 120])
    hint(t(answer ? "scan_hint" : "scan_next"))
  }

  const hint = (words) => { part("hint").textContent = words }
  const result = (title, note, state, id) => {
    const box = part("result")
    if (!box) return
    box.hidden = false
    box.dataset.state = state
    part("result-title").textContent = state === "look" ? title : t("scanned", { name: title })
    part("result-note").textContent = note
    const report = part("report")
    if (report) report.href = `${report.href.split("#")[0]}#scan=${id}`
  }
  const trouble = (reason) => {
    scanner.dataset.state = "trouble"
    part("trouble").hidden = false
    part("trouble-title").textContent = t(`camera_${reason}`)
    part("trouble-cure").textContent = t(`camera_${reason}_cure`)
    hint("")
  }

  const camera = openCamera(part("video"), {
    onStart: (torch) => {
      scanner.dataset.state = "looking"
      part("trouble").hidden = true
      hint(t("scan_hint"))
      if (part("torch")) part("torch").hidden = !torch
    },
    onTrouble: trouble,
    onFrame: async (image) => {
      const text = busy ? null : await reader.read(image)
      if (text) await found(text, "camera")
    },
  })

  attachTorch(part("torch"), camera)
  attachTags(part("nfc"), found, hint)
  attachTyping(scanner, part, found)
  part("still")?.addEventListener("change", async ({ target }) => {
    const [file] = target.files
    target.value = ""
    if (!file) return
    hint(t("reading_photo"))
    const text = await readStill(file)
    last.text = ""
    if (text) await found(text, "photo")
    else { hint(t("no_code_in_photo")); buzz([120, 80, 120]) }
  })
  scanner.dataset.state = "starting"
  askPosition()
  camera.start()
}

// What this phone knows of a code without asking: the place's name and number, or only the code.
async function recognise(code) {
  const unknown = { title: `${t("kind_scan")} · ${groupCode(code)}`, fact: {}, name: "" }
  try {
    const { kept, placeOf } = await import("../offline/pack.js")
    const pack = await kept()
    const found = pack && (await placeOf(pack.facts, code))
    const place = found && pack.facts.places[found.place]
    if (!place) return unknown
    const name = place.number ? t("point_name", { n: place.number, name: place.name }) : place.name
    return { title: `${t("kind_scan")} · ${name}`, fact: found, name }
  } catch (error) {
    console.error(error)
    return unknown
  }
}

function attachTorch(button, camera) {
  button?.addEventListener("click", async () => {
    const on = button.getAttribute("aria-pressed") !== "true"
    if (!(await camera.torch(on))) return
    button.setAttribute("aria-pressed", String(on))
    const text = button.querySelector("[data-torch-text]")
    if (text) text.textContent = t(on ? "torch_off" : "torch_on")
  })
}

// Tags with the same address; the browser asks for leave once, at a tap.
function attachTags(button, found, hint) {
  if (!button || !hasNfc()) return
  button.hidden = false
  button.addEventListener("click", async () => {
    try {
      await listen((address) => (address ? found(address, "nfc") : hint(t("not_ours"))))
      button.disabled = true
      hint(t("nfc_hold"))
    } catch (error) {
      console.warn(error)
      hint(t("nfc_refused"))
    }
  })
}

function attachTyping(scanner, part, found) {
  const form = part("type")
  const open = part("type-open")
  open?.addEventListener("click", () => {
    form.hidden = !form.hidden
    open.setAttribute("aria-expanded", String(!form.hidden))
    if (!form.hidden) form.elements.code.focus()
  })
  form?.addEventListener("submit", (event) => {
    event.preventDefault()
    const code = readLabel(form.elements.code.value, [])
    const error = part("type-error")
    error.hidden = Boolean(code)
    error.textContent = code ? "" : t("code_wrong")
    form.elements.code.toggleAttribute("aria-invalid", !code)
    if (code) found(code, "typed")
    else form.elements.code.focus()
  })
}
