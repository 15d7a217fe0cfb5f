// Copies the address in its button's value, and says so; without script it stays hidden.
customElements.define("copy-link", class extends HTMLElement {
  connectedCallback() {
    if (!navigator.clipboard) return;
    this.hidden = false;
    const button = this.querySelector("button");
    const words = button.querySelector("span");
    const before = words.textContent;
    // Beside the button, not in it: a button whose words are a status has no name.
    const said = document.createElement("span");
    said.className = "vh";
    said.setAttribute("role", "status");
    this.append(said);
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.value);
      words.textContent = said.textContent = this.dataset.copied;
      setTimeout(() => { words.textContent = before; said.textContent = ""; }, 4000);
    });
  }
});
