// The state in an address: words joined by dots, and numbers bit for bit as base64url. `#soft_em=1.faithful.2.full...`

const toBytes = (values) => new Uint8Array(Float64Array.from(values).buffer);

export function packed(values) {
  const text = Array.from(toBytes(values), (byte) => String.fromCharCode(byte)).join("");
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

export function unpacked(text) {
  const bytes = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
  if (bytes.length % 8) throw new RangeError("The link is cut off.");
  return new Float64Array(bytes.buffer);
}

// What the words of a link add up to (FNV-1a): one that was cut off or changed on its way does not end in it.
function checkOf(text) {
  let sum = 2166136261;
  for (const sign of text) sum = Math.imul(sum ^ sign.codePointAt(0), 16777619);
  return (sum >>> 0).toString(36);
}

// The words after `#name=` in an address, or null; RangeError if they are not those that were copied.
export function wordsIn(hash, name) {
  const start = `#${name}=`;
  if (!hash.startsWith(start)) return null;
  const words = hash.slice(start.length).split("."), check = words.pop();
  if (check !== checkOf(words.join("."))) throw new RangeError("The link is cut off or was changed.");
  return words;
}

export function hashOf(name, words) {
  const text = words.join(".");
  return `#${name}=${text}.${checkOf(text)}`;
}
