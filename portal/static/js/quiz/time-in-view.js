// How long each question was in view while the page could be seen: for item analysis, nothing hangs on it.

const name = (attempt) => `stipple-in-view-${attempt}`;

// Whole seconds by item, as this window has counted them so far.
export function secondsInView(attempt) {
  try {
    const kept = Object.entries(JSON.parse(sessionStorage.getItem(name(attempt)) ?? "{}"));
    return new Map(kept.map(([item, milliseconds]) => [Number(item), Math.round(milliseconds / 1000)]));
  } catch {
    return new Map();
  }
}

export class TimeInView {
  constructor(attempt, current) {
    this.attempt = attempt;
    this.current = current; // a function: the item shown now, if any
    this.item = null;
    this.since = 0;
    try {
      this.kept = JSON.parse(sessionStorage.getItem(name(attempt)) ?? "{}");
    } catch {
      this.kept = {};
    }
    document.addEventListener("visibilitychange", () => this.turn());
    addEventListener("pagehide", () => this.turn());
  }

  // Another question, or the page came into view or went out of it: what ran until now is counted.
  turn() {
    const now = performance.now();
    if (this.item) this.kept[this.item] = (this.kept[this.item] ?? 0) + now - this.since;
    this.item = document.visibilityState === "visible" ? this.current() : null;
    this.since = now;
    try {
      sessionStorage.setItem(name(this.attempt), JSON.stringify(this.kept));
    } catch {
      // full or forbidden: it is counted as long as the page stands
    }
  }

  seconds(item) {
    this.turn();
    return Math.round((this.kept[item] ?? 0) / 1000);
  }
}
