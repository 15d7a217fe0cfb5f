// The dots that grew since this browser last showed the whorl fill one after another, once.
const STEP = 22; // milliseconds from dot to dot
const LONGEST = 1600; // all of them, in milliseconds

class WhorlGrowth extends HTMLElement {
  connectedCallback() {
    const grown = this.querySelector("path:not(.off)");
    const dots = grown?.getAttribute("d").match(/M[^M]+/g) ?? [];
    const key = `whorl-${this.dataset.key}`;
    let before = dots.length;
    try {
      before = Number(localStorage.getItem(key) ?? dots.length);
      localStorage.setItem(key, String(dots.length));
    } catch {
      return; // storage refused: the picture simply stands
    }
    const fresh = dots.slice(before);
    if (!fresh.length || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    grown.setAttribute("d", dots.slice(0, before).join(""));
    const pause = Math.min(STEP, LONGEST / fresh.length);
    const last = fresh.map((d, index) => {
      const dot = grown.cloneNode();
      dot.setAttribute("d", d);
      grown.after(dot);
      return dot.animate([{ opacity: 0 }, { opacity: 1 }], { duration: 180, delay: index * pause, fill: "backwards" });
    });
    Promise.allSettled(last.map((animation) => animation.finished)).then(() =>
      this.dispatchEvent(new CustomEvent("whorl-grown", { detail: fresh.length, bubbles: true })),
    );
  }
}

customElements.define("whorl-growth", WhorlGrowth);
