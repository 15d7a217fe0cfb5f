// A button that prints the page; without script it stays hidden.
customElements.define("print-button", class extends HTMLElement {
  connectedCallback() {
    this.hidden = false;
    this.addEventListener("click", () => window.print());
  }
});
