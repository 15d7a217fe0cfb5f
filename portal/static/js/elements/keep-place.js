// Tells the server which block was last in view, so that Continue leads there from any device.
const PAUSE = 1500; // milliseconds without scrolling

class KeepPlace extends HTMLElement {
  connectedCallback() {
    this.blocks = [...document.querySelectorAll("[data-block]")];
    this.sent = null;
    document.addEventListener("scroll", this, { passive: true });
    document.addEventListener("visibilitychange", this);
    addEventListener("pagehide", this);
    this.later();
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
    document.removeEventListener("scroll", this);
    document.removeEventListener("visibilitychange", this);
    removeEventListener("pagehide", this);
  }

  handleEvent(event) {
    if (event.type === "scroll") this.later();
    else if (event.type === "pagehide" || document.visibilityState === "hidden") this.send();
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), PAUSE);
  }

  // The last block whose top has come into the upper part of the window; before the first one, the top of the page.
  inView() {
    const line = innerHeight * 0.4;
    const seen = this.blocks.filter((block) => block.getBoundingClientRect().top <= line);
    return scrollY < 40 ? "" : (seen.at(-1)?.id ?? "");
  }

  send() {
    clearTimeout(this.timer);
    const block = this.inView();
    if (block === this.sent) return;
    const data = new FormData();
    data.set("block", block);
    data.set("csrfmiddlewaretoken", this.dataset.token);
    if (navigator.sendBeacon(this.dataset.href, data)) {
      this.sent = block;
      this.dispatchEvent(new CustomEvent("place-kept", { detail: block, bubbles: true }));
    }
  }
}

customElements.define("keep-place", KeepPlace);
