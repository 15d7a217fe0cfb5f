// Draws the sample of an adjust question while its numbers are typed. A picture only: the server marks the numbers.

class ColourSample extends HTMLElement {
  connectedCallback() {
    this.patch = this.querySelector("[data-start]");
    this.querySelector("[data-show]")?.remove();
    this.addEventListener("input", () => this.draw());
    this.closest("[data-question]")?.addEventListener("answers-restored", () => this.draw());
    this.draw();
  }

  draw() {
    const [lightness, chroma, hue] = ["lightness", "chroma", "hue"].map((name) => {
      const text = this.querySelector(`[data-channel=${name}]`).value.trim().replace(",", ".");
      return text === "" ? NaN : Number(text);
    });
    const isSet = [lightness, chroma, hue].every(Number.isFinite);
    this.patch.setAttribute("fill", isSet ? toHex(lightness, chroma, hue) : this.patch.dataset.start);
  }
}

// CIELAB under D65 to the nearest sRGB value.
function toHex(lightness, chroma, hue) {
  const angle = (hue * Math.PI) / 180;
  const fy = (lightness + 16) / 116;
  const [x, y, z] = [fy + (chroma * Math.cos(angle)) / 500, fy, fy - (chroma * Math.sin(angle)) / 200].map((f) =>
    f ** 3 > 216 / 24389 ? f ** 3 : (116 * f - 16) / (24389 / 27),
  );
  const [X, Y, Z] = [x * 0.950456, y, z * 1.089058];
  const linear = [
    3.2409699 * X - 1.5373832 * Y - 0.4986108 * Z,
    -0.9692436 * X + 1.8759675 * Y + 0.0415551 * Z,
    0.0556301 * X - 0.203977 * Y + 1.0569715 * Z,
  ];
  return `#${linear
    .map((light) => Math.min(Math.max(light, 0), 1))
    .map((light) => (light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055))
    .map((value) => Math.round(value * 255).toString(16).padStart(2, "0"))
    .join("")}`;
}

customElements.define("colour-sample", ColourSample);
