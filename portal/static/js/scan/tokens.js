// Reads the signed words of a QR code without asking anybody. The same sums as certificates/tokens.py, which says what
// stands where in the ninety bytes.
const VERSION = 1;
const DOMAIN = new TextEncoder().encode("stipple offline token 1\n");
const WORDS = 26;
const BYTES = 90;
const DAY_ZERO = Date.UTC(2020, 0, 1);
const DAY = 86_400_000;
const CODE = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

// Spelt out, since Python's and JavaScript's own ideas of a space differ.
const SPACES = /[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/gu;
const UNSEEN = /[\u00ad\u200b-\u200d\u2060\ufeff]/gu;
const APOSTROPHES = /[`\u00b4\u02bc\u2018\u2019]/gu;
const HYPHENS = /[\u2010-\u2015\u2212]/gu;

// One spelling for all ways to type one name: capitals, spaces, dashes and apostrophes make no difference.
export function toldAlike(name) {
  const plain = name.normalize("NFC").replace(UNSEEN, "").replace(SPACES, " ").replace(APOSTROPHES, "'")
    .replace(HYPHENS, "-").replace(/^ +| +$/g, "");
  // Up, then down: ß becomes ss and every sigma one.
  return plain.toUpperCase().toLowerCase().replaceAll("\u03c2", "\u03c3").normalize("NFC");
}

async function digestOf(code, name) {
  const words = new TextEncoder().encode(code + toldAlike(name));
  return new Uint8Array(await crypto.subtle.digest("SHA-256", words)).slice(0, 8);
}

function same(one, other) {
  return one.length === other.length && one.every((byte, place) => byte === other[place]);
}

// Five bits of each character, in bytes; null where a character is none of the alphabet.
function unpacked(text, alphabet) {
  const bytes = [];
  let held = 0;
  let bits = 0;
  for (const character of text) {
    const value = alphabet.indexOf(character);
    if (value < 0) return null;
    held = (held << 5) | value;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((held >> bits) & 255);
      held &= (1 << bits) - 1;
    }
  }
  return Uint8Array.from(bytes);
}

function codeIn(bytes) {
  let code = "";
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      code += CODE[(held >> bits) & 31];
    }
    held &= (1 << bits) - 1;
  }
  return code;
}

function keyBytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}

export function dayOf(moment, zone) {
  const written = new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" });
  return new Date(`${written.format(moment)}T00:00:00Z`);
}

const dateOf = (moment) => moment.toISOString().slice(0, 10);

// The title as paper of that day words it. `isSure` only when one title alone was printed then: the day before counts
// too, since a certificate may be dated just before midnight and written down after; and the copy must be younger.
function titled(known, number, issued) {
  const [eve, day] = [dateOf(new Date(issued - DAY)), dateOf(issued)];
  const until = (known.titles?.[number] ?? []).filter(([since]) => since <= day); // oldest first
  if (!until.length) return { title: known.achievements[number] ?? "", isSure: false };
  const before = until.filter(([since]) => since < eve).slice(-1);
  const about = new Set([...before, ...until.filter(([since]) => since >= eve)].map(([, title]) => title));
  const made = dateOf(dayOf(new Date(known.at), known.zone));
  return { title: until.at(-1)[1], isSure: about.size === 1 && day < made };
}

// `state` is genuine, expired, early (by this clock not issued yet), forged, unknown-key, other-version, unreadable or
// unsupported. Only the first three say anything of a certificate.
export async function read(text, known, now = new Date()) {
  const bytes = unpacked(text.trim().toUpperCase(), BASE32);
  if (!bytes || bytes.length !== BYTES || text.trim().length !== (BYTES * 8) / 5) return { state: "unreadable" };
  if (bytes[0] !== VERSION) return { state: "other-version" };
  const issued = new Date(DAY_ZERO + ((bytes[12] << 8) | bytes[13]) * DAY);
  const said = {
    code: codeIn(bytes.slice(2, 12)),
    issued,
    expires: new Date(DAY_ZERO + ((bytes[14] << 8) | bytes[15]) * DAY),
    ...titled(known, (bytes[16] << 8) | bytes[17], issued),
    digest: bytes.slice(18, WORDS),
  };
  if (!globalThis.crypto?.subtle) return { state: "unsupported", code: said.code };
  const key = known.keys.find((one) => one.number === bytes[1]);
  if (!key) return { state: "unknown-key", code: said.code };
  let isSigned;
  try {
    const held = await crypto.subtle.importKey("raw", keyBytes(key.key), { name: "Ed25519" }, false, ["verify"]);
    const signed = Uint8Array.from([...DOMAIN, ...bytes.slice(0, WORDS)]);
    isSigned = await crypto.subtle.verify({ name: "Ed25519" }, held, bytes.slice(WORDS), signed);
  } catch (error) {
    if (error.name !== "NotSupportedError") throw error;
    return { state: "unsupported", code: said.code };
  }
  if (!isSigned) return { state: "forged", code: said.code };
  const today = dayOf(now, known.zone);
  const state = said.issued > today ? "early" : said.expires < today ? "expired" : "genuine";
  return { state, ...said };
}

export async function isNamed(said, name) {
  return same(await digestOf(said.code, name), said.digest);
}
