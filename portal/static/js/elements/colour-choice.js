// Lays the patch that was chosen beside the target, edge to edge, as colours are compared.

class ColourChoice extends HTMLElement {
  connectedCallback() {
    if (this.isReady) return;
    this.isReady = true;
    this.side = this.querySelector("[data-beside] .patch");
    this.called = this.querySelector("[data-beside] [data-name]");
    this.none = this.called.textContent;
    this.querySelectorAll("[data-beside]").forEach((part) => (part.hidden = false));
    this.addEventListener("change", () => this.draw());
    this.closest("[data-question]")?.addEventListener("answers-restored", () => this.draw());
    this.draw();
  }

  draw() {
    const chosen = this.querySelector("input:checked");
    this.side.classList.toggle("is-empty", !chosen);
    this.side.firstElementChild.setAttribute("fill", chosen?.dataset.fill ?? "none");
    this.called.textContent = chosen?.parentElement.textContent.trim() ?? this.none;
  }
}

customElements.define("colour-choice", ColourChoice);
