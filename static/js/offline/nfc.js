// Tags (NFC) that carry the same address as the printed label. Only Android Chrome has NDEFReader; elsewhere nothing shows.

export const hasNfc = (scope = globalThis) => typeof scope.NDEFReader === "function"

// The address on a tag: the first record of kind "url" (or "absolute-url"); null when there is none.
export function addressOf(message) {
  for (const { recordType, data, encoding } of message?.records ?? []) {
    if (recordType === "url" || recordType === "absolute-url") return new TextDecoder(encoding || "utf-8").decode(data)
  }
  return null
}

// Tells `found(address or null)` for every tag held to the phone, until `signal` aborts. Rejects when it is not allowed.
export async function listen(found, { Reader = globalThis.NDEFReader, signal } = {}) {
  const reader = new Reader()
  reader.addEventListener("reading", ({ message }) => found(addressOf(message)))
  reader.addEventListener("readingerror", () => found(null))
  await reader.scan({ signal })
}

// Resolves once the next tag held to the phone carries this address, and nothing else.
export async function writeTag(address, { Reader = globalThis.NDEFReader, signal } = {}) {
  await new Reader().write({ records: [{ recordType: "url", data: address }] }, { signal, overwrite: true })
}
