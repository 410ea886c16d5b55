// A label's code: 12 characters of Crockford's base 32, on the label as HTTPS://HOST/C/<code> or typed in groups.

const ALPHABET = /^[0-9A-HJKMNP-TV-Z]{12}$/

// Folds what hands and eyes mix up: case, full-width characters, spaces and dashes, O for 0, I and L for 1.
// -> the 12 characters, or null.
export function foldCode(text) {
  const folded = String(text).normalize("NFKC").toUpperCase()
    .replace(/[\s\-_.\u2010-\u2015\u2212\u00b7]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1")
  return ALPHABET.test(folded) ? folded : null
}

// "7K3M-9QX2-0AB1"
export function groupCode(code) {
  return code.replace(/(.{4})(?=.)/g, "$1-")
}

// What a scanned text is to us: the code when it is a bare one or one of our own hosts' addresses, else null.
// hosts: lower-case host names, with port where it is not the usual one.
export function readLabel(text, hosts) {
  const bare = foldCode(text)
  if (bare) return bare
  let url
  try { url = new URL(String(text).trim()) } catch { return null }
  if (!/^https?:$/.test(url.protocol) || url.username || !hosts.includes(url.host)) return null
  const found = /^\/c\/([^/]+)\/?$/i.exec(url.pathname)
  return found ? foldCode(found[1]) : null
}
