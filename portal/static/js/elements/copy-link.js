// Copies the address in its button's value, and says so; without script it stays hidden.
customElements.define("copy-link", class extends HTMLElement {
  connectedCallback() {
    if (!navigator.clipboard) return;
    this.hidden = false;
    const button = this.querySelector("button");
    const words = button.querySelector("span");
    const before = words.textContent;
    words.setAttribute("role", "status");
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.value);
      words.textContent = this.dataset.copied;
      setTimeout(() => { words.textContent = before; }, 4000);
    });
  }
});
