// Draws a mixture while its parts are counted, and says what is in it. A picture only: the server marks the parts.

import { mixed, toHex, toLab, writeReads } from "./colour-lab.js";

const MOST_PARTS = 9;
const PAUSE = 700;
const SVG = "http://www.w3.org/2000/svg";

class ColourMix extends HTMLElement {
  connectedCallback() {
    if (this.isReady) return;
    this.isReady = true;
    this.pigments = [...this.querySelectorAll("[data-pigment]")];
    this.patch = this.querySelector("[data-mine] .patch");
    this.status = this.querySelector("[data-said]");
    this.querySelector("[data-show]")?.remove();
    this.querySelectorAll("[data-step]").forEach((button) => (button.hidden = false));
    this.addEventListener("click", (event) => this.stepped(event));
    this.addEventListener("keydown", (event) => this.pressed(event));
    this.addEventListener("input", () => this.changed());
    this.addEventListener("change", (event) => this.tidied(event.target));
    this.closest("[data-question]")?.addEventListener("answers-restored", () => this.draw());
    this.draw();
  }

  field(pigment) {
    return pigment.querySelector("[data-parts]");
  }

  parts(pigment) {
    const typed = Number(this.field(pigment).value.trim().replace(",", "."));
    return Number.isInteger(typed) && typed >= 0 && typed <= MOST_PARTS ? typed : 0;
  }

  get used() {
    return this.pigments.filter((pigment) => this.parts(pigment));
  }

  stepped(event) {
    const button = event.target.closest("[data-step]");
    if (button) this.step(button.closest("[data-pigment]"), Number(button.dataset.step));
  }

  pressed(event) {
    const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!by || !event.target.matches("[data-parts]")) return;
    event.preventDefault();
    this.step(event.target.closest("[data-pigment]"), by);
  }

  step(pigment, by) {
    const parts = this.parts(pigment);
    const isNew = by > 0 && !parts && this.used.length >= Number(this.dataset.most);
    this.querySelector("[data-many]").hidden = !isNew;
    if (isNew) return this.say(this.querySelector("[data-many]").textContent.trim());
    const now = Math.min(Math.max(parts + by, 0), MOST_PARTS);
    if (now === parts) return;
    this.field(pigment).value = now ? String(now) : "";
    this.field(pigment).dispatchEvent(new Event("input", { bubbles: true }));
  }

  changed() {
    this.draw();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.say(this.querySelector(".booth__said").innerText.trim()), PAUSE);
  }

  // Nought parts are no answer: the field is left as empty as it began.
  tidied(field) {
    if (/^0+$/.test(field.value.trim())) field.value = "";
  }

  draw() {
    const used = this.used;
    const isTooMany = used.length > Number(this.dataset.most);
    const recipe = used.map((pigment) => [pigment.dataset.fill, this.parts(pigment)]);
    const isMixed = used.length > 0 && !isTooMany;
    const lights = isMixed ? mixed(recipe) : null;
    this.patch.classList.toggle("is-empty", !isMixed);
    this.patch.firstElementChild.setAttribute("fill", isMixed ? toHex(lights) : "none");
    this.querySelector("[data-many]").hidden = !isTooMany;
    this.querySelector("[data-none]").hidden = used.length > 0;
    this.querySelector("[data-recipe]").textContent = used.map((pigment) => this.words(pigment)).join(", ");
    this.reads(isMixed ? toLab(lights) : null);
    this.strip(isMixed ? recipe : []);
    for (const pigment of this.pigments) {
      const parts = this.parts(pigment);
      pigment.classList.toggle("is-placed", parts > 0);
      pigment.querySelector("[data-step='-1']").setAttribute("aria-disabled", String(parts === 0));
      pigment.querySelector("[data-step='1']").setAttribute("aria-disabled", String(parts === MOST_PARTS));
    }
  }

  words(pigment) {
    const count = this.parts(pigment);
    const words = count === 1 ? this.dataset.part : this.dataset.parts;
    return words.replace("[count]", String(count)).replace("[pigment]", pigment.dataset.pigment);
  }

  strip(recipe) {
    const whole = recipe.reduce((sum, [, parts]) => sum + parts, 0);
    let before = 0;
    const shares = recipe.map(([fill, parts]) => {
      const share = document.createElementNS(SVG, "rect");
      const [x, width] = [(100 * before) / whole, (100 * parts) / whole];
      for (const [name, value] of Object.entries({ x, width, height: 6, fill })) share.setAttribute(name, String(value));
      before += parts;
      return share;
    });
    this.querySelector("[data-strip]").replaceChildren(...shares);
  }

  // Numbers are there for whoever was granted them.
  reads(lab) {
    const side = this.querySelector("[data-mine][data-reads]");
    if (!side) return;
    let place = side.querySelector(".reads");
    if (!place) {
      place = this.querySelector(".reads").cloneNode(true);
      side.append(place);
    }
    place.hidden = !lab;
    if (lab) writeReads(place, lab);
  }

  say(words) {
    this.status.textContent = words;
  }
}

customElements.define("colour-mix", ColourMix);
