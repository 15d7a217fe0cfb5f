// A file chosen is a file uploaded: it goes at once, and the answer names it. Without this script a button sends it.

import { Offline, SignedOut, upload } from "../quiz/post.js";

const LARGEST = 4_500_000;

class AnswerFile extends HTMLElement {
  connectedCallback() {
    if (this.isReady || !this.dataset.upload) return;
    this.isReady = true;
    this.chosen = this.querySelector("input[type=file]");
    this.named = this.querySelector("[data-file]");
    this.held = this.querySelector("[data-held]");
    this.link = this.querySelector("[data-link]");
    this.told = this.querySelector("[data-told]");
    this.byHand = this.querySelector("[data-by-hand]"); // the button: only where a file is chosen that did not go
    this.byHand.hidden = true;
    this.querySelector("[data-send]").addEventListener("click", (event) => this.send(event));
    this.querySelector("[data-drop]").addEventListener("click", (event) => this.drop(event));
    this.chosen.addEventListener("change", (event) => this.send(event));
  }

  async send(event) {
    event.preventDefault();
    event.stopPropagation(); // what is chosen is not yet the answer: the paper hears of it once it is uploaded
    const [file] = this.chosen.files;
    if (!file || this.isSending) return;
    if (file.size > LARGEST) return this.say(this.dataset.wordLarge);
    this.isSending = true;
    this.byHand.hidden = false;
    this.say(this.dataset.wordSending);
    try {
      const answer = await upload(this.dataset.upload, { upload: file });
      if (answer.status === 410) return void location.assign(answer.result);
      if (!answer.file) return this.say(answer.message);
      this.link.textContent = answer.name;
      this.link.href = answer.href;
      this.held.hidden = false;
      this.chosen.value = "";
      this.byHand.hidden = true;
      this.say(this.dataset.wordSent);
      this.set(String(answer.file));
    } catch (error) {
      if (!(error instanceof SignedOut || error instanceof Offline)) throw error;
      this.say(error instanceof SignedOut ? this.dataset.wordSignedOut : this.dataset.wordOffline);
    } finally {
      this.isSending = false;
    }
  }

  drop(event) {
    event.preventDefault();
    this.held.hidden = true;
    this.chosen.focus();
    this.say(this.dataset.wordDropped);
    this.set("");
  }

  // The paper saves it as it saves everything else.
  set(number) {
    this.named.value = number;
    this.named.dispatchEvent(new Event("change", { bubbles: true }));
  }

  say(words) {
    this.told.textContent = words;
  }
}

customElements.define("answer-file", AnswerFile);
