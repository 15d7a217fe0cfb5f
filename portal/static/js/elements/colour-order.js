// Patches ranked: a number picked, or a patch moved a step. The selects stay the form controls; the line is a picture.
// Without this script the same buttons post the form and the server moves the patch.

class ColourOrder extends HTMLElement {
  connectedCallback() {
    if (this.isReady) return;
    this.isReady = true;
    this.swatches = [...this.querySelectorAll("[data-swatch]")];
    this.slots = [...this.querySelectorAll("[data-slot]")];
    this.status = this.querySelector("[data-said]");
    this.slots.forEach((slot) => (slot.hidden = false));
    this.addEventListener("click", (event) => this.pressed(event));
    this.addEventListener("input", (event) => this.picked(event.target));
    this.closest("[data-question]")?.addEventListener("answers-restored", () => this.draw());
    this.draw();
  }

  select(swatch) {
    return swatch.querySelector("select");
  }

  number(swatch) {
    return Number(this.select(swatch).value);
  }

  // As the numbers say; patches without one come last, as they stand.
  get arranged() {
    const place = (swatch) => this.number(swatch) || Infinity;
    return this.swatches
      .map((swatch, index) => [place(swatch), index, swatch])
      .sort(([one, at], [other, index]) => (one === other ? at - index : one - other))
      .map(([, , swatch]) => swatch);
  }

  // Two patches cannot share a place: the other one takes what this one gave up.
  picked(select) {
    const swatch = select.closest("[data-swatch]");
    const other = this.swatches.find((each) => each !== swatch && select.value && this.select(each).value === select.value);
    if (other) this.select(other).value = this.places.get(swatch) ?? "";
    this.draw();
    if (select.value) this.say(swatch);
  }

  pressed(event) {
    const button = event.target.closest("[data-move]");
    if (!button) return;
    event.preventDefault();
    if (button.getAttribute("aria-disabled") === "true") return;
    const swatch = button.closest("[data-swatch]");
    const order = this.arranged;
    const from = order.indexOf(swatch);
    const to = Math.min(Math.max(from + (button.dataset.move === "up" ? -1 : 1), 0), order.length - 1);
    [order[from], order[to]] = [order[to], order[from]];
    order.forEach((each, index) => (this.select(each).value = String(index + 1)));
    this.draw();
    this.say(swatch);
    this.select(swatch).dispatchEvent(new Event("change", { bubbles: true }));
  }

  say(swatch) {
    this.status.textContent = this.dataset.words
      .replace("[letter]", swatch.dataset.swatch)
      .replace("[now]", this.select(swatch).value)
      .replace("[all]", String(this.swatches.length));
  }

  draw() {
    this.places = new Map(this.swatches.map((swatch) => [swatch, this.select(swatch).value]));
    this.slots.forEach((slot, index) => {
      const swatch = this.swatches.find((each) => this.number(each) === index + 1);
      slot.querySelector(".patch").classList.toggle("is-empty", !swatch);
      slot.querySelector(".patch rect").setAttribute("fill", swatch?.dataset.fill ?? "none");
      slot.querySelector("[data-letter]").textContent = swatch?.dataset.swatch ?? "";
    });
    for (const swatch of this.swatches) {
      const number = this.number(swatch);
      swatch.classList.toggle("is-placed", Boolean(number));
      swatch.querySelector("[data-move=up]").setAttribute("aria-disabled", String(number === 1));
      swatch.querySelector("[data-move=down]").setAttribute("aria-disabled", String(number === this.swatches.length));
    }
  }
}

customElements.define("colour-order", ColourOrder);
