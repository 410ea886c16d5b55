// Tells the server how much of anybody's work lies on this phone, so that signing out clears only an empty one.
// <form action="/sign-out" data-behaviour="sign-out"><input type="hidden" name="outbox" value=""></form>
// The value becomes "0" only when it is certain that nothing waits: no record, no photo, no half-filled form.
import { database, onChange } from "../offline/outbox.js"

export async function attach(form) {
  const field = form.querySelector("input[name=outbox]")
  const count = async () => {
    field.value = ""
    const store = await database()
    const counts = await Promise.all(["records", "photos", "drafts"].map((name) => store.count(name)))
    field.value = String(counts.reduce((sum, one) => sum + one, 0))
  }
  onChange(() => count().catch(() => { field.value = "" }))
  await count()
}
