// Counts down to a deadline the server keeps: <time-left now="…" until="…">. Says "time-up" at the end, and in words
// when more time was given meanwhile.
// The device's clock is never read, only how much time has passed since the server spoke.

const WARNINGS = [10 * 60, 2 * 60];
const JITTER = 5_000; // what the network may add or take is no news
const READABLE = 20_000;

class TimeLeft extends HTMLElement {
  connectedCallback() {
    this.shown = this.querySelector("[data-shown]");
    this.spoken = this.querySelector("[data-spoken]");
    this.toggle = this.querySelector("button");
    this.warned = new Set();
    if (this.toggle) this.toggle.hidden = false;
    this.toggle?.addEventListener("click", () => this.hide(!this.shown.hidden));
    this.set(this.getAttribute("now"), this.getAttribute("until"));
    this.timer = setInterval(() => this.tick(), 500);
  }

  disconnectedCallback() {
    clearInterval(this.timer);
    clearTimeout(this.news);
  }

  set(now, until) {
    if (!now || !until) return;
    const end = performance.now() + (Date.parse(until) - Date.parse(now));
    const more = this.end !== undefined && end - this.end > JITTER;
    this.end = end;
    if (more) this.tellMore();
    this.tick();
  }

  tellMore() {
    this.ended = false;
    this.warned.clear();
    this.hide(false);
    const minutes = Math.floor((this.end - performance.now()) / 60_000);
    this.spoken.textContent = this.dataset.wordMore.replace("%s", String(minutes));
    this.classList.add("has-news");
    clearTimeout(this.news);
    this.news = setTimeout(() => this.classList.remove("has-news"), READABLE);
  }

  hide(hidden) {
    this.shown.hidden = hidden;
    this.toggle.textContent = hidden ? this.dataset.wordShow : this.dataset.wordHide;
  }

  tick() {
    if (this.end === undefined || this.ended) return;
    const left = Math.max(0, Math.ceil((this.end - performance.now()) / 1000));
    const [minutes, seconds] = [Math.floor(left / 60), String(left % 60).padStart(2, "0")];
    this.shown.textContent = `${minutes}:${seconds}`;
    this.classList.toggle("is-short", left <= 120);
    for (const mark of WARNINGS) {
      if (left <= mark && left > mark - 30 && !this.warned.has(mark)) {
        this.warned.add(mark);
        this.hide(false);
        this.spoken.textContent = this.dataset.wordLeft.replace("%s", String(mark / 60));
      }
    }
    if (left === 0) {
      this.ended = true;
      this.dispatchEvent(new CustomEvent("time-up", { bubbles: true }));
    }
  }
}

customElements.define("time-left", TimeLeft);
