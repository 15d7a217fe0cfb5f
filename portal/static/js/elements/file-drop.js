// A file may be dropped on the frame, and goes at once; a file that is too large is told so before it travels.
// Without this script the field and the button do the same.

class FileDrop extends HTMLElement {
  connectedCallback() {
    this.field = this.querySelector("input[type=file]");
    this.told = this.querySelector("[data-told]");
    this.querySelector("[data-hint]").hidden = false;
    this.form = this.closest("form");
    this.depth = 0; // dragenter and dragleave come for every part that is passed over
    this.addEventListener("dragenter", (event) => this.over(event, 1));
    this.addEventListener("dragleave", (event) => this.over(event, -1));
    this.addEventListener("dragover", (event) => event.preventDefault());
    this.addEventListener("drop", (event) => this.dropped(event));
    this.field.addEventListener("change", () => this.check());
    this.form.addEventListener("submit", (event) => this.sent(event));
    addEventListener("pageshow", () => this.say("")); // the page may come back as it was left
  }

  over(event, step) {
    event.preventDefault();
    this.depth = Math.max(0, this.depth + step);
    this.toggleAttribute("data-over", this.depth > 0);
  }

  dropped(event) {
    event.preventDefault();
    this.depth = 0;
    this.removeAttribute("data-over");
    const { files } = event.dataTransfer;
    if (files.length === 0) return;
    if (files.length > 1) return this.say(this.dataset.wordMany);
    this.field.files = files;
    if (this.check()) this.form.requestSubmit();
  }

  check() {
    const [file] = this.field.files;
    const isFine = !file || file.size <= Number(this.dataset.largest);
    this.say(isFine ? "" : this.dataset.wordLarge);
    return isFine;
  }

  sent(event) {
    if (!this.check()) event.preventDefault();
    else this.say(this.dataset.wordSending);
  }

  say(words) {
    this.told.textContent = words;
  }
}

customElements.define("file-drop", FileDrop);
