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

// The words after `#name=` in an address, or null.
export function wordsIn(hash, name) {
  const start = `#${name}=`;
  return hash.startsWith(start) ? hash.slice(start.length).split(".") : null;
}

export const hashOf = (name, words) => `#${name}=${words.join(".")}`;
