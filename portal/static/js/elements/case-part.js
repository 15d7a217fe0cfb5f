// One part of a case says whether it is answered, as its own controls stand.

class CasePart extends HTMLElement {
  connectedCallback() {
    this.state = this.querySelector("[data-state]");
    if (!this.state || this.isReady) return;
    this.isReady = true;
    for (const type of ["input", "change"]) this.addEventListener(type, () => this.tell());
    this.closest("[data-question]")?.addEventListener("answers-restored", () => this.tell());
    this.tell();
  }

  get isAnswered() {
    return [...this.querySelectorAll("input, select, textarea")].some((control) => {
      if (!control.name || control.type === "hidden" || control.matches("[data-counts=no]")) return false;
      return ["radio", "checkbox"].includes(control.type) ? control.checked : control.value.trim() !== "";
    });
  }

  tell() {
    const { isAnswered } = this;
    this.state.toggleAttribute("data-done", isAnswered);
    this.state.textContent = isAnswered ? this.dataset.wordAnswered : this.dataset.wordOpen;
  }
}

customElements.define("case-part", CasePart);
