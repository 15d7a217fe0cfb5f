// Reads the code in the address, marks the one character that is doubtful and links the code it should be.
// The same sums as certificates/codes.py: Reed–Solomon over GF(32), x^5 + x^2 + 1. The server repairs nothing.
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH = 16;
const ORDER = 31;
const EXP = [];
for (let element = 1, power = 0; power < ORDER; power += 1) {
  EXP.push(element);
  element <<= 1;
  if (element & 32) element ^= 0b100101;
}
const LOG = new Map(EXP.map((element, power) => [element, power]));

function times(one, other) {
  return one && other ? EXP[(LOG.get(one) + LOG.get(other)) % ORDER] : 0;
}

export function normalise(typed) {
  const shouted = typed.slice(0, 200).toUpperCase().replace(/O/g, "0").replace(/[IL]/g, "1").replace(/U/g, "V");
  return [...shouted].filter((character) => ALPHABET.includes(character)).join("");
}

export function repaired(code) {
  if (code.length !== LENGTH) return null;
  const values = [...code].map((character) => ALPHABET.indexOf(character));
  let first = 0;
  let second = 0;
  for (const value of values) {
    first = times(first, EXP[1]) ^ value;
    second = times(second, EXP[2]) ^ value;
  }
  if (!first || !second) return null;
  const power = (LOG.get(second) - LOG.get(first) + ORDER) % ORDER;
  if (power >= LENGTH) return null;
  const place = LENGTH - 1 - power;
  values[place] ^= EXP[(LOG.get(first) - power + ORDER) % ORDER];
  return { place, code: values.map((value) => ALPHABET[value]).join("") };
}

function grouped(code, place, tag) {
  const line = document.createElement("span");
  line.className = "num";
  [...code].forEach((character, index) => {
    if (index && index % 4 === 0) line.append("-");
    if (index === place) {
      const mark = document.createElement(tag);
      mark.textContent = character;
      line.append(mark);
    } else {
      line.append(character);
    }
  });
  return line;
}

class CodeHint extends HTMLElement {
  connectedCallback() {
    const typed = window.location.pathname.split("/")[2].replace(/%[0-9a-f]{2}/gi, "");
    const code = normalise(typed);
    const better = repaired(code);
    if (!better) return;
    const link = document.createElement("a");
    link.href = `/v/${better.code}`;
    link.append(grouped(better.code, better.place, "b"));
    const was = document.createElement("p");
    was.append(grouped(code, better.place, "mark"));
    const now = document.createElement("p");
    now.append(`${this.dataset.about} `, link, "?");
    this.append(was, now);
    this.hidden = false;
  }
}

if (typeof customElements !== "undefined") customElements.define("code-hint", CodeHint);
