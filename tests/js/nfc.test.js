import assert from "node:assert/strict"
import { test } from "node:test"
import { addressOf, hasNfc, listen, writeTag } from "../../static/js/offline/nfc.js"

const ADDRESS = "https://patrol.example.cn/c/7K3M9QX2AB01"
const bytes = (text) => new DataView(new TextEncoder().encode(text).buffer)
const tag = (...records) => ({ records: records.map(([recordType, text]) => ({ recordType, data: bytes(text) })) })

// Stands in for Android Chrome's reader: no tag can be held to a test.
function standIn({ allowed = true } = {}) {
  const made = []
  class Reader extends EventTarget {
    constructor() { super(); this.written = []; made.push(this) }
    async scan(options) { if (!allowed) throw new DOMException("no", "NotAllowedError"); this.scanning = options }
    async write(message, options) { if (!allowed) throw new DOMException("no", "NotAllowedError"); this.written.push([message, options]) }
    hold(message) { this.dispatchEvent(Object.assign(new Event("reading"), { message })) }
  }
  return { Reader, made }
}

test("only where the browser has a reader", () => {
  assert.equal(hasNfc({}), false)
  assert.equal(hasNfc({ NDEFReader: class {} }), true)
})

test("the address is the first one on the tag", () => {
  assert.equal(addressOf(tag(["text", "3 栋 大堂"], ["url", ADDRESS], ["url", "https://other.example"])), ADDRESS)
  assert.equal(addressOf(tag(["absolute-url", ADDRESS])), ADDRESS)
  assert.equal(addressOf(tag(["text", ADDRESS])), null)
  assert.equal(addressOf(tag()), null)
  assert.equal(addressOf(undefined), null)
})

test("every tag held to the phone is told, an empty or broken one as nothing", async () => {
  const { Reader, made } = standIn()
  const told = []
  await listen((address) => told.push(address), { Reader })
  made[0].hold(tag(["url", ADDRESS]))
  made[0].hold(tag())
  made[0].dispatchEvent(new Event("readingerror"))
  assert.deepEqual(told, [ADDRESS, null, null])
})

test("a refusal is passed on", async () => {
  const { Reader } = standIn({ allowed: false })
  await assert.rejects(listen(() => {}, { Reader }), { name: "NotAllowedError" })
  await assert.rejects(writeTag(ADDRESS, { Reader }), { name: "NotAllowedError" })
})

test("a tag gets the label's address and nothing else", async () => {
  const { Reader, made } = standIn()
  await writeTag(ADDRESS, { Reader })
  assert.deepEqual(made[0].written[0][0], { records: [{ recordType: "url", data: ADDRESS }] })
})
