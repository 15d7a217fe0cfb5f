// Hands the address in its button's value to whatever shares on this device; where nothing does, it stays hidden.
customElements.define("share-link", class extends HTMLElement {
  connectedCallback() {
    if (!navigator.share) return;
    this.hidden = false;
    const button = this.querySelector("button");
    button.addEventListener("click", async () => {
      try {
        await navigator.share({ title: this.dataset.title, url: button.value });
      } catch (error) {
        if (error.name !== "AbortError") throw error; // whoever closes the sheet has changed their mind
      }
    });
  }
});
