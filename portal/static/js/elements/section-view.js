// A skin section seen through a window that may be narrowed: it draws the rule, the names and the needles anew.

const SVG = "http://www.w3.org/2000/svg";
const APART = 19; // names of layers stand at least this far from each other

const make = (name, attributes, text) => {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, String(value));
  if (text !== undefined) node.textContent = text;
  return node;
};

export const plain = (depth) => String(Math.round(depth * 1000) / 1000);

export class SectionView {
  constructor(drawing) {
    this.drawing = drawing;
    this.deepest = Number(drawing.dataset.deepest);
    for (const name of ["air", "tall", "left", "width"]) this[name] = Number(drawing.dataset[name]);
    this.skin = drawing.querySelector("[data-skin]");
    this.scale = drawing.querySelector("[data-scale]");
    this.needles = drawing.querySelector("[data-needles]");
    this.layers = [...drawing.querySelectorAll("[data-layer]")].map(({ dataset }) => ({
      from: Number(dataset.from),
      to: Number(dataset.to),
      label: dataset.label,
    }));
    this.reach = this.deepest;
  }

  y(depth) {
    return this.air + (depth / this.reach) * this.tall;
  }

  // The depth under a point of the screen, or nothing beside the skin.
  depthAt(event) {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.drawing.getScreenCTM().inverse());
    if (at.x < this.left || at.y < this.air - 12 || at.y > this.air + this.tall + 4) return null;
    return Math.min(Math.max(((at.y - this.air) / this.tall) * this.reach, 0), this.reach);
  }

  // Down to another depth; the way there is drawn unless motion is unwelcome.
  show(reach, done = () => {}) {
    const start = this.reach;
    cancelAnimationFrame(this.frame);
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const begun = performance.now();
    const step = (now) => {
      const part = still ? 1 : Math.min(Math.max((now - begun) / 220, 0), 1);
      this.reach = part === 1 ? reach : start * (reach / start) ** (1 - (1 - part) ** 3);
      this.draw();
      done();
      if (part < 1) this.frame = requestAnimationFrame(step);
    };
    step(begun);
  }

  draw() {
    const each = (this.reach * 100) / this.tall;
    const window = [0, -this.air * each, this.width * each, (this.air + this.tall) * each];
    this.skin.setAttribute("viewBox", window.map((edge) => edge.toFixed(3)).join(" "));
    this.scale.replaceChildren(...this.rule(), ...this.names());
  }

  // Steps of 1, 2 or 5 that leave room between the numbers, each parted in five.
  rule() {
    const [x, top, end] = [this.left, this.air, this.air + this.tall];
    const rough = this.reach / 8;
    const power = 10 ** Math.floor(Math.log10(rough));
    const every = [1, 2, 5, 10].map((step) => step * power).find((step) => step >= rough);
    const nodes = [make("line", { class: "section__rule", x1: x, x2: x, y1: top, y2: end })];
    const count = Math.floor((this.reach / every) * 5 + 1e-6);
    for (let step = 0; step <= count; step += 1) {
      const depth = (every * step) / 5;
      const [y, isWhole] = [this.y(depth), step % 5 === 0];
      const fine = isWhole ? "section__rule" : "section__rule section__rule--fine";
      nodes.push(make("line", { class: fine, x1: x - (isWhole ? 10 : 5), x2: x, y1: y, y2: y }));
      if (isWhole) nodes.push(make("text", { class: "section__number", x: x - 14, y, dy: 5, "text-anchor": "end" }, plain(depth)));
    }
    nodes.push(make("text", { class: "section__number", x: x - 14, y: top - 20, "text-anchor": "end" }, "mm"));
    return nodes;
  }

  names() {
    let reached = this.air - APART;
    return this.layers
      .filter(({ from }) => from < this.reach)
      .map(({ from, to, label }) => {
        reached = Math.max(this.y((from + Math.min(to, this.reach)) / 2), reached + APART);
        return make("text", { class: "section__name", x: this.left + 12, y: reached, dy: 5 }, label);
      });
  }

  // Every needle that is set, side by side; one that lies deeper than the view points down at its edge.
  place(depths) {
    const nodes = depths.map((depth, place) => {
      if (depth === null) return null;
      const x = depths.length === 1 ? this.left + 150 : this.left + 128 + place * 75;
      const isBelow = depth > this.reach + 1e-9;
      const y = isBelow ? this.air + this.tall : this.y(depth);
      const needle = make("g", { class: "needle", transform: `translate(${x} ${y})` });
      const text = isBelow ? `↓ ${plain(depth)} mm` : `${plain(depth)} mm`;
      const up = Math.max(-12, this.air - 30 - y); // the flag keeps clear of the top
      const lift = isBelow || y > this.air + this.tall - 12 ? -20 : up;
      needle.append(
        make("line", { class: "needle__level", x1: this.left - x, x2: 0, y1: 0, y2: 0 }),
        make("path", { class: "needle__steel", d: "M0 0L-2.6 -20L-2.6 -500L2.6 -500L2.6 -20Z" }),
        make("path", { class: "needle__tip", d: "M0 0L-2.6 -20L2.6 -20Z" }),
        make("rect", { class: "needle__flag", x: 8, y: lift, width: 78, height: 24, rx: 6 }),
        make("text", { class: "needle__text", x: 47, y: lift + 17, "text-anchor": "middle" }, text),
      );
      return needle;
    });
    this.needles.replaceChildren(...this.between(depths), ...nodes.filter(Boolean));
  }

  // What lies between the two ends of a band.
  between(depths) {
    if (depths.length < 2 || depths.includes(null)) return [];
    const [top, end] = depths.map((depth) => this.y(Math.min(depth, this.reach))).sort((one, other) => one - other);
    return [make("rect", { class: "needle__band", x: this.left, y: top, width: this.width, height: end - top })];
  }
}
