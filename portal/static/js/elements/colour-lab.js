// Colours in numbers, by the formulas of quizzes/colour.py and quizzes/pigments.py. For pictures: marks are the server's.

const EDGE = 1 / 1020; // a quarter of a step of a screen's 255
const DARKEST = 0.0005;
const WHITE = { x: 0.950456, z: 1.089058 };

const coded = (light) =>
  Math.abs(light) <= 0.0031308 ? 12.92 * light : Math.sign(light) * (1.055 * Math.abs(light) ** (1 / 2.4) - 0.055);
const decoded = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);

// L*, C*, h under D65 to the light of red, green and blue; below 0 or above 1 no screen shows it.
export function fromLch(lightness, chroma, hue) {
  const angle = (hue * Math.PI) / 180;
  const fy = (lightness + 16) / 116;
  const [x, y, z] = [fy + (chroma * Math.cos(angle)) / 500, fy, fy - (chroma * Math.sin(angle)) / 200].map((f) =>
    f ** 3 > 216 / 24389 ? f ** 3 : (116 * f - 16) / (24389 / 27),
  );
  const [X, Z] = [x * WHITE.x, z * WHITE.z];
  return [
    3.2409699 * X - 1.5373832 * y - 0.4986108 * Z,
    -0.9692436 * X + 1.8759675 * y + 0.0415551 * Z,
    0.0556301 * X - 0.203977 * y + 1.0569715 * Z,
  ];
}

export function toLab([red, green, blue]) {
  const X = 0.4123908 * red + 0.3575843 * green + 0.1804808 * blue;
  const Y = 0.212639 * red + 0.7151687 * green + 0.0721923 * blue;
  const Z = 0.0193308 * red + 0.1191948 * green + 0.9505322 * blue;
  const [x, y, z] = [X / WHITE.x, Y, Z / WHITE.z].map((value) =>
    value > 216 / 24389 ? Math.cbrt(value) : ((24389 / 27) * value + 16) / 116,
  );
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

export function isOnScreen(lights) {
  return lights.map(coded).every((value) => value >= -EDGE && value <= 1 + EDGE);
}

export function fromHex(text) {
  return [1, 3, 5].map((at) => decoded(parseInt(text.slice(at, at + 2), 16) / 255));
}

// Beyond what a screen shows each of red, green and blue is clipped.
export function toHex(lights) {
  const levels = lights.map((light) => Math.floor(Math.min(Math.max(coded(light), 0), 1) * 255 + 0.5));
  return `#${levels.map((level) => level.toString(16).padStart(2, "0")).join("")}`;
}

// Pigments as [hex, parts]: the mean of absorption over scattering, band by band.
export function mixed(pigments) {
  const whole = pigments.reduce((sum, [, parts]) => sum + parts, 0);
  return [0, 1, 2].map((band) => {
    const ratio = pigments.reduce((sum, [fill, parts]) => {
      const sent = Math.min(Math.max(fromHex(fill)[band], DARKEST), 1);
      return sum + ((parts / whole) * (1 - sent) ** 2) / (2 * sent);
    }, 0);
    return 1 + ratio - Math.sqrt(ratio * (ratio + 2));
  });
}

// The numbers beside a patch, where they are shown at all.
export function writeReads(place, values) {
  place?.querySelectorAll(":scope > span").forEach((spot, index) => {
    const text = (values[index] + 0).toFixed(2);
    spot.lastChild.textContent = ` ${(text === "-0.00" ? "0.00" : text).replace("-", "−")}`;
  });
}
