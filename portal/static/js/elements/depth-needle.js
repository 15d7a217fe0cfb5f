// A needle in a skin section. The number field is the answer; slider, keys and taps on the drawing write into it, and
// every change is an ordinary input event of that field. Which part of the section is shown is no answer.

import { SectionView, plain } from "./section-view.js";

const STEP = 0.05;
const FINE = 0.01;
const NUMBER = /^\+?\d{1,12}(?:[.,]\d{1,12})?$/;

class DepthNeedle extends HTMLElement {
  connectedCallback() {
    const drawing = this.querySelector("[data-section]");
    if (!drawing || this.view) return;
    this.view = new SectionView(drawing);
    this.marks = [...this.querySelectorAll("[data-mark]")].map((row) => ({
      label: row.dataset.label,
      field: row.querySelector("[data-depth]"),
      slider: row.querySelector("[data-slider]"),
      clear: row.querySelector("[data-clear]"),
    }));
    this.buttons = [...this.querySelectorAll("[data-view]")];
    this.querySelectorAll("[data-views], [data-slide], [data-keys]").forEach((part) => (part.hidden = false));
    drawing.classList.add("is-live");
    this.marks.forEach((mark) => this.listen(mark));
    this.buttons.forEach((button) => button.addEventListener("click", () => this.look(button.dataset.view)));
    drawing.addEventListener("click", (event) => this.tapped(event));
    drawing.addEventListener("pointerdown", (event) => this.grabbed(event));
    drawing.addEventListener("pointermove", (event) => this.dragged(event));
    drawing.addEventListener("pointerup", () => (this.held = null));
    drawing.addEventListener("pointercancel", () => (this.held = null));
    this.closest("[data-question]")?.addEventListener("answers-restored", () => this.draw());
    this.view.draw();
    this.draw();
  }

  listen(mark) {
    mark.field.addEventListener("input", () => this.draw(mark));
    mark.slider.addEventListener("input", (event) => {
      event.stopPropagation(); // the field speaks for both
      this.set(mark, Number(mark.slider.value));
    });
    mark.slider.addEventListener("change", (event) => event.stopPropagation());
    mark.slider.addEventListener("keydown", (event) => this.keyed(event, mark));
    mark.clear.addEventListener("click", () => {
      this.set(mark, null);
      mark.field.focus();
    });
  }

  depth(mark) {
    const text = mark.field.value.trim();
    if (!NUMBER.test(text)) return null;
    const depth = Number(text.replace(",", "."));
    return depth <= this.view.deepest ? depth : null;
  }

  set(mark, depth) {
    const text = depth === null ? "" : plain(Math.min(Math.max(depth, 0), this.view.deepest));
    if (mark.field.value === text) return;
    mark.field.value = text;
    mark.field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  keyed(event, mark) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, PageDown: 5, PageUp: -5 }[event.key];
    const step = event.shiftKey ? FINE : STEP;
    const now = this.depth(mark) ?? 0;
    if (by) this.set(mark, Math.round((now + by * step) * 1000) / 1000);
    else if (event.key === "Home") this.set(mark, 0);
    else if (event.key === "End") this.set(mark, this.view.deepest);
    else if (event.key === "+" || event.key === "-") this.turn(event.key === "+" ? 1 : -1);
    else return;
    event.preventDefault();
  }

  // The view after this one, or the one before it.
  turn(by) {
    const now = this.buttons.findIndex((button) => button.getAttribute("aria-pressed") === "true");
    const next = this.buttons[now + by];
    if (next) this.look(next.dataset.view);
  }

  look(name, isSaid = true) {
    const depths = this.marks.map((mark) => this.depth(mark)).filter((depth) => depth !== null);
    const fit = Math.min(Math.max(...depths.map((depth) => depth * 1.25), 0.3), this.view.deepest);
    const reach = name === "fit" ? (depths.length ? fit : this.view.deepest) : Number(name);
    this.buttons.forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.view === name)));
    this.view.show(reach, () => this.needles());
    if (isSaid) this.say(this.dataset.wordView.replace("[depth]", plain(reach)));
  }

  tapped(event) {
    const depth = this.view.depthAt(event);
    const wasGrabbed = this.isGrabbed; // a mouse has set it already, when it was pressed
    this.isGrabbed = false;
    if (wasGrabbed || depth === null || this.matches("fieldset:disabled *")) return;
    this.set(this.meant(depth), this.rounded(depth));
  }

  grabbed(event) {
    this.isGrabbed = false;
    if (event.pointerType === "touch" || event.button !== 0) return; // a finger scrolls, and taps
    const depth = this.view.depthAt(event);
    if (depth === null || this.matches("fieldset:disabled *")) return;
    event.preventDefault();
    this.isGrabbed = true;
    this.held = this.meant(depth);
    this.set(this.held, this.rounded(depth));
    event.currentTarget.setPointerCapture(event.pointerId);
  }

  dragged(event) {
    const depth = this.held ? this.view.depthAt(event) : null;
    if (depth !== null) this.set(this.held, this.rounded(depth));
  }

  // The first needle that is not set yet, else the nearer one.
  meant(depth) {
    const away = (mark) => (this.depth(mark) === null ? -1 : Math.abs(this.depth(mark) - depth));
    return this.marks.reduce((best, mark) => (away(best) >= 0 && away(mark) < away(best) ? mark : best));
  }

  rounded(depth) {
    const step = this.view.reach > 2 ? STEP : FINE;
    return Math.round(Math.round(depth / step) * step * 1000) / 1000;
  }

  needles() {
    this.view.place(this.marks.map((mark) => this.depth(mark)));
  }

  // Everything as the fields say; `told` is the mark that just moved.
  draw(told) {
    for (const mark of this.marks) {
      const depth = this.depth(mark);
      mark.slider.value = String(depth ?? 0);
      mark.slider.classList.toggle("is-empty", depth === null);
      mark.slider.setAttribute("aria-valuetext", this.words(depth));
      mark.clear.hidden = mark.field.value === "";
    }
    const deepest = Math.max(...this.marks.map((mark) => this.depth(mark) ?? 0));
    const isFit = this.buttons.at(-1).getAttribute("aria-pressed") === "true";
    if (told && deepest > this.view.reach) this.look(isFit ? "fit" : String(this.view.deepest), false);
    this.needles();
    const lines = this.marks.map((mark) => [mark, this.depth(mark)]).filter(([, depth]) => depth !== null);
    this.querySelector("[data-told]").textContent = lines.map(([mark, depth]) => this.line(mark, depth)).join("; ");
    if (told && document.activeElement !== told.slider) this.say(this.line(told, this.depth(told)));
  }

  line(mark, depth) {
    return this.marks.length > 1 ? `${mark.label}: ${this.words(depth)}` : this.words(depth);
  }

  // Where the drawing hides the names of its layers, the words do too.
  words(depth) {
    if (depth === null) return this.dataset.wordNone;
    const fill = (words, found = []) =>
      words.replace("[depth]", plain(depth)).replace("[layer]", found[0]?.label).replace("[next]", found[1]?.label);
    if (!this.hasAttribute("data-named")) return fill(this.dataset.wordAt);
    const found = this.view.layers.filter(({ from, to }) => from <= depth && depth <= to);
    return fill(found.length > 1 ? this.dataset.wordBorder : this.dataset.wordIn, found);
  }

  // A little later, so that only the place where the needle comes to rest is read out.
  say(words) {
    clearTimeout(this.later);
    this.later = setTimeout(() => (this.querySelector("[data-said]").textContent = words), 400);
  }
}

customElements.define("depth-needle", DepthNeedle);
