// Draws the sample of an adjust question while its sliders move or its numbers are typed, and says where it stands.
// A picture only: the server marks the numbers. The fields carry the answer; a slider is their mirror and posts nothing.

import { fromLch, isOnScreen, toHex, toLab, writeReads } from "./colour-lab.js";

const CHANNELS = ["lightness", "chroma", "hue"];
const STOPS = 36; // of a slider's track
const STEPS = { lightness: 0.5, chroma: 0.5, hue: 1 };
const LEAPS = { lightness: 5, chroma: 5, hue: 15 };
const PAUSE = 700;

class ColourSample extends HTMLElement {
  connectedCallback() {
    if (this.isReady) return;
    this.isReady = true;
    this.patch = this.querySelector("[data-mine] .patch rect");
    this.reads = this.querySelector("[data-mine] .reads");
    this.outside = this.querySelector("[data-outside]");
    this.status = this.querySelector("[data-said]");
    this.channels = [...this.querySelectorAll("[data-channel]")];
    this.querySelector("[data-show]")?.remove();
    this.querySelectorAll("[data-slide]").forEach((slide) => (slide.hidden = false));
    this.classList.add("is-live");
    this.addEventListener("input", (event) => this.changed(event.target));
    this.addEventListener("keydown", (event) => this.pressed(event));
    this.closest("[data-question]")?.addEventListener("answers-restored", () => this.draw());
    this.draw();
  }

  field(channel) {
    return channel.querySelector("[data-number]");
  }

  // What is typed, or the start where nothing that can be read is.
  value(channel) {
    const text = this.field(channel).value.trim().replace(",", ".");
    const value = text === "" ? NaN : Number(text);
    return value >= 0 && value <= Number(channel.dataset.most) ? value : Number(channel.dataset.start);
  }

  changed(control) {
    if (control.matches("[data-slide]")) this.field(control.closest("[data-channel]")).value = Number(control.value).toFixed(1);
    this.draw();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.say(), PAUSE);
  }

  // Arrows step as the eye needs it, with Shift as finely as numbers go; Page Up and Page Down leap.
  pressed(event) {
    const channel = event.target.closest("[data-channel]");
    if (!channel || event.altKey || event.ctrlKey || event.metaKey) return;
    const name = channel.dataset.channel;
    const isSlide = event.target.matches("[data-slide]");
    const step = event.shiftKey ? 0.1 : STEPS[name];
    const moves = { ArrowUp: step, ArrowDown: -step, PageUp: LEAPS[name], PageDown: -LEAPS[name] };
    if (isSlide) Object.assign(moves, { ArrowRight: step, ArrowLeft: -step });
    if (!(event.key in moves)) return;
    event.preventDefault();
    const most = Number(channel.dataset.most);
    const moved = this.value(channel) + moves[event.key];
    const kept = name === "hue" ? (moved + most) % most : Math.min(Math.max(moved, 0), most);
    const field = this.field(channel);
    field.value = kept.toFixed(1);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  draw() {
    const values = Object.fromEntries(this.channels.map((channel) => [channel.dataset.channel, this.value(channel)]));
    const { lightness, chroma, hue } = values;
    const isUntouched = this.channels.every((channel) => this.field(channel).value.trim() === "");
    const lights = fromLch(lightness, chroma, hue);
    this.patch.setAttribute("fill", isUntouched ? this.dataset.start : toHex(lights));
    this.outside.hidden = isOnScreen(lights);
    writeReads(this.reads, [...toLab(lights), chroma, hue]);
    for (const channel of this.channels) this.mirror(channel, values);
  }

  // The slider stands where the number is, over the colours that it would lead to; where no screen shows one, a gap.
  mirror(channel, values) {
    const slide = channel.querySelector("[data-slide]");
    const name = channel.dataset.channel;
    if (values[name] > Number(slide.max)) slide.max = channel.dataset.most;
    slide.value = String(values[name]);
    slide.setAttribute("aria-valuetext", String(values[name]));
    const reach = Number(slide.max);
    const stops = Array.from({ length: STOPS + 1 }, (_, index) => {
      const there = CHANNELS.map((each) => (each === name ? (reach * index) / STOPS : values[each]));
      const lights = fromLch(...there);
      return { at: (100 * index) / STOPS, fill: isOnScreen(lights) ? toHex(lights) : "" };
    });
    slide.style.setProperty("--track", track(stops));
  }

  say() {
    const words = this.channels.reduce(
      (text, channel) => text.replace(`[${channel.dataset.channel}]`, String(this.value(channel))),
      this.dataset.words,
    );
    this.status.textContent = this.outside.hidden ? words : `${words} ${this.outside.textContent.trim()}`;
  }
}

// Runs of colours that can be shown, and nothing between them.
function track(stops) {
  const drawn = stops.flatMap(({ at, fill }, index) => {
    const starts = fill && index && !stops[index - 1].fill;
    const ends = !fill && index && stops[index - 1].fill;
    if (starts) return [`transparent ${at}%`, `${fill} ${at}%`];
    if (ends) return [`${stops[index - 1].fill} ${stops[index - 1].at}%`, `transparent ${stops[index - 1].at}%`];
    return [`${fill || "transparent"} ${at}%`];
  });
  return `linear-gradient(to right, ${drawn.join(", ")})`;
}

customElements.define("colour-sample", ColourSample);
