// Marks on a drawing, set by touch or by a cross-hair that the arrow keys move. Each mark's text field stays the form
// control and holds what is sent: a place of the grid, C4, and two numbers in thousandths where the mark is not in its
// middle. Without this script the fields alone do the same.

const FULL = 1000;
const STEP = 10;
const WRITTEN = /^\s*(?:([A-Za-z])\s*(\d{1,2}))?\s*(?:(\d{1,4})\s*[,;]\s*(\d{1,4}))?\s*$/;
const REACH = 18; // px: a touch as near as this is meant for the mark
const SVG = "http://www.w3.org/2000/svg";

class HotSpot extends HTMLElement {
  connectedCallback() {
    if (this.isReady) return;
    this.isReady = true;
    this.grid = [Number(this.dataset.columns), Number(this.dataset.rows)];
    this.fields = [...this.querySelectorAll("[data-mark]")];
    this.field = this.querySelector("[data-field]");
    this.spots = this.querySelector("[data-spots]");
    this.said = this.querySelector("[data-said]");
    this.cross = [FULL / 2, FULL / 2];
    this.fields.forEach((field) => field.addEventListener("input", () => this.draw()));
    this.closest("[data-question]")?.addEventListener("answers-restored", () => this.draw());
    const control = this.closest("fieldset");
    this.isClosed = control?.disabled || control?.classList.contains("disabled");
    if (!this.isClosed) this.open(control);
    this.draw();
  }

  open(control) {
    control?.querySelectorAll("[data-with-script]").forEach((words) => (words.hidden = false));
    Object.assign(this.field, { hidden: false, tabIndex: 0 });
    this.field.setAttribute("role", "application");
    this.field.setAttribute("aria-label", this.dataset.wordField);
    this.field.setAttribute("aria-describedby", this.fields[0].getAttribute("aria-describedby"));
    this.field.addEventListener("click", (event) => this.touched(event));
    this.field.addEventListener("keydown", (event) => this.pressed(event));
    this.field.addEventListener("focus", () => this.look());
    this.querySelectorAll("[data-drop]").forEach((button, index) =>
      button.addEventListener("click", () => {
        this.take(index);
        this.fields[index].focus();
      }),
    );
  }

  // Reading and writing a field, as the server does it.

  middle(index, count) {
    return Math.floor(((2 * index + 1) * FULL) / (2 * count));
  }

  place(point) {
    return point.map((value, axis) => Math.min(Math.floor((value * this.grid[axis]) / FULL), this.grid[axis] - 1));
  }

  name(point) {
    const [column, row] = this.place(point);
    return `${String.fromCharCode(65 + column)}${row + 1}`;
  }

  write(point) {
    const exact = this.place(point).map((index, axis) => this.middle(index, this.grid[axis]));
    const numbers = exact.every((value, axis) => value === point[axis]) ? "" : ` ${point.join(",")}`;
    return this.name(point) + numbers;
  }

  read(text) {
    const found = WRITTEN.exec(text);
    if (!found || !(found[1] || found[3])) return null;
    if (found[3]) {
      const point = [Number(found[3]), Number(found[4])];
      return Math.max(...point) <= FULL ? point : null;
    }
    const place = [found[1].toUpperCase().charCodeAt(0) - 65, Number(found[2]) - 1];
    if (place.some((index, axis) => index < 0 || index >= this.grid[axis])) return null;
    return place.map((index, axis) => this.middle(index, this.grid[axis]));
  }

  get marks() {
    return this.fields.map((field) => this.read(field.value));
  }

  get left() {
    const count = this.fields.filter((field) => !field.value.trim()).length;
    if (count === 0) return this.dataset.leftNone;
    return count === 1 ? this.dataset.leftOne : this.dataset.leftMany.replace("[count]", String(count));
  }

  // What a hand does.

  touched(event) {
    const box = this.field.getBoundingClientRect();
    const share = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    const near = this.marks.findIndex(
      (mark) => mark && Math.hypot((mark[0] / FULL - share[0]) * box.width, (mark[1] / FULL - share[1]) * box.height) < REACH,
    );
    this.cross = share.map((value) => Math.min(Math.max(Math.round(value * FULL), 0), FULL));
    if (near >= 0) this.take(near);
    else this.set();
  }

  pressed(event) {
    const way = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [1, -1], ArrowDown: [1, 1] }[event.key];
    const here = this.here();
    if (way) this.move(...way, event.shiftKey);
    else if (event.key === "Enter" || event.key === " ") here < 0 ? this.set() : this.take(here);
    else if ((event.key === "Delete" || event.key === "Backspace") && here >= 0) this.take(here);
    else return;
    event.preventDefault();
  }

  move(axis, by, isWide) {
    const count = this.grid[axis];
    const index = this.place(this.cross)[axis] + by;
    const next = isWide ? this.middle(Math.min(Math.max(index, 0), count - 1), count) : this.cross[axis] + by * STEP;
    this.cross[axis] = Math.min(Math.max(next, 0), FULL);
    this.draw();
    this.look();
  }

  // The mark under the cross-hair: one it could not be told from.
  here() {
    return this.marks.findIndex((mark) => mark && mark.every((value, axis) => Math.abs(value - this.cross[axis]) <= STEP));
  }

  look() {
    const mark = this.here();
    const place = this.name(this.cross);
    this.say(mark < 0 ? place : this.dataset.wordHere.replace("[place]", place).replace("[number]", String(mark + 1)));
  }

  set() {
    const index = this.fields.findIndex((field) => !field.value.trim());
    if (index < 0) {
      this.draw();
      return this.say(this.dataset.wordFull);
    }
    this.change(index, this.write(this.cross));
    this.tell(this.dataset.wordSet, index, this.name(this.cross));
  }

  take(index) {
    this.change(index, "");
    this.tell(this.dataset.wordTaken, index, "");
  }

  change(index, value) {
    this.fields[index].value = value;
    this.draw();
    this.fields[index].dispatchEvent(new Event("change", { bubbles: true }));
  }

  tell(words, index, place) {
    this.say(words.replace("[number]", String(index + 1)).replace("[place]", place).replace("[left]", this.left));
  }

  say(words) {
    this.said.textContent = words;
  }

  // What is seen.

  draw() {
    const marks = this.marks;
    this.spots.replaceChildren(...marks.flatMap((mark, index) => (mark ? [this.drawn(mark, index + 1)] : [])), this.hair());
    this.querySelectorAll("[data-drop]").forEach((button, index) => {
      button.hidden = this.isClosed || !this.fields[index].value.trim();
    });
  }

  drawn(point, number) {
    const mark = at("hotspot__mark", point);
    mark.append(
      part("circle", { class: "hotspot__halo", r: 14 }),
      part("circle", { class: "hotspot__ring", r: 14 }),
      part("circle", { class: "hotspot__dot", r: 2.5 }),
      part("circle", { class: "hotspot__badge", cx: 14, cy: -14, r: 10 }),
      part("text", { x: 14, y: -9.5, "text-anchor": "middle" }, String(number)),
    );
    return mark;
  }

  hair() {
    const hair = at("hotspot__hair", this.cross);
    for (const kind of ["hotspot__halo", "hotspot__line"]) {
      hair.append(part("path", { class: kind, d: "M-26 0H-7M7 0H26M0 -26V-7M0 7V26" }));
    }
    return hair;
  }
}

function part(name, attributes, words = "") {
  const element = document.createElementNS(SVG, name);
  Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, String(value)));
  element.textContent = words;
  return element;
}

// In per cent of the drawing, its own parts in px: a mark is as large on a telephone as on a wide screen.
function at(kind, [x, y]) {
  return part("svg", { class: kind, x: `${x / 10}%`, y: `${y / 10}%`, overflow: "visible" });
}

customElements.define("hot-spot", HotSpot);
