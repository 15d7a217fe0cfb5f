// The page that checks paper without a connection. All words stand in the page; here they are only shown and hidden.
import { fromPicture, fromVideo, isSigned, partsOf } from "./reading.js";
import { isNamed, read } from "./tokens.js";

const LOOK_EVERY = 150; // milliseconds between two looks at the camera's picture
const WAIT_FOR_SIGNED = 2500;
const OLD = 30; // days after which the keys should be fetched anew
const ASK_EVERY = 3_600_000; // milliseconds: a page left open must not go on believing a key that was stolen since
const PATIENCE = 5000; // milliseconds until the copy at hand has to do
const language = document.documentElement.lang;

class ScanPaper extends HTMLElement {
  connectedCallback() {
    if (this.isReady) return;
    this.isReady = true;
    this.known = JSON.parse(document.getElementById("known").textContent);
    this.answer = this.part("answer");
    this.told = this.part("told");
    this.part("start").addEventListener("click", () => this.look());
    this.part("stop").addEventListener("click", () => this.rest(true));
    this.part("picture").addEventListener("change", (event) => this.open(event.target));
    this.part("typed").addEventListener("submit", (event) => {
      event.preventDefault();
      this.take(event.target.elements.words.value);
    });
    this.part("name").addEventListener("submit", (event) => {
      event.preventDefault();
      this.compare(event.target.elements.name.value);
    });
    this.part("again").addEventListener("click", () => this.clear());
    addEventListener("online", () => this.refresh());
    addEventListener("offline", () => this.tellAge());
    document.addEventListener("visibilitychange", () => document.hidden && this.rest());
    if (!navigator.mediaDevices?.getUserMedia) this.part("camera").hidden = true;
    this.hidden = false;
    this.refresh();
    this.stay();
  }

  part(name) {
    return this.querySelector(`[data-part="${name}"]`);
  }

  // --- The keys -----------------------------------------------------------------------------------

  // The newest copy there is: from the site, or what was kept of it. Whether it came is not trusted to the browser's
  // word of being online.
  async refresh() {
    this.askedAt = Date.now();
    try {
      const answer = await fetch(this.dataset.keys, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
      if (answer.ok) {
        const found = await answer.json();
        if (found.at >= this.known.at) this.known = found; // two answers of one moment: the later one counts
      }
    } catch {
      // no connection: the copy in the page it is
    }
    this.tellAge();
  }

  tellAge() {
    const at = new Date(this.known.at);
    const days = Math.floor((Date.now() - at) / 86_400_000);
    const told = new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "short" }).format(at);
    this.part("age").textContent = told;
    this.part("old").hidden = days < OLD;
    this.part("keyless").hidden = this.known.keys.length > 0;
    this.part("offline").hidden = navigator.onLine;
  }

  // --- Staying without a connection ---------------------------------------------------------------

  async stay() {
    if (!navigator.serviceWorker) return;
    navigator.serviceWorker.addEventListener("message", (event) => {
      if (event.data?.isKept) this.part("kept").hidden = false;
    });
    try {
      await navigator.serviceWorker.register(this.dataset.worker, { scope: this.dataset.scope });
      const { active } = await navigator.serviceWorker.ready;
      if (document.readyState !== "complete") await new Promise((resolve) => addEventListener("load", resolve));
      const loaded = performance.getEntriesByType("resource").map((entry) => new URL(entry.name));
      active.postMessage({ keep: loaded.filter((one) => one.origin === location.origin).map((one) => one.pathname) });
    } catch {
      // private windows refuse to keep anything: the page works as long as it is open
    }
  }

  // --- Three ways to a text -----------------------------------------------------------------------

  async look() {
    const video = this.part("video");
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      this.say("camera-refused");
      return;
    }
    video.srcObject = this.stream;
    this.part("view").hidden = false;
    this.part("start").hidden = true;
    this.part("stop").focus();
    this.say("looking");
    await video.play();
    let firstAt = 0;
    this.watching = setInterval(() => {
      const found = fromVideo(video);
      if (!found) return;
      firstAt ||= Date.now();
      // The other code on the paper may come into view in a moment.
      if (isSigned(found) || Date.now() - firstAt > WAIT_FOR_SIGNED) this.take(found);
    }, LOOK_EVERY);
  }

  rest(isAsked = false) {
    clearInterval(this.watching);
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    this.part("view").hidden = true;
    this.part("start").hidden = false;
    if (isAsked) {
      this.say("");
      this.part("start").focus();
    }
  }

  async open(chosen) {
    const [file] = chosen.files;
    if (!file) return;
    this.say("reading");
    let found = null;
    try {
      found = await fromPicture(file);
    } catch {
      // no picture at all
    }
    chosen.value = "";
    if (found) await this.take(found);
    else this.say("no-square");
  }

  // --- The answer ---------------------------------------------------------------------------------

  async take(text) {
    this.rest();
    const parts = partsOf(text);
    if (!parts) return this.show("foreign", {});
    if (!parts.token) return this.show("number-only", { code: parts.code, host: parts.host });
    if (Date.now() - this.askedAt > ASK_EVERY) await this.refresh();
    let said = await read(parts.token, this.known);
    if (said.state === "unknown-key") {
      await this.refresh();
      said = await read(parts.token, this.known);
    }
    // The number beside the signed words is what the live answer would be asked for: it must be the signed one.
    if (said.digest && parts.code && parts.code !== said.code) said = { state: "forged", code: "" };
    return this.show(said.state, { ...said, host: parts.host, token: parts.token });
  }

  say(name) {
    for (const line of this.told.children) line.hidden = line.dataset.says !== name;
  }

  show(state, said) {
    this.say("");
    this.said = said;
    for (const block of this.answer.querySelectorAll("[data-state]")) {
      block.hidden = !block.dataset.state.split(" ").includes(state);
    }
    const written = new Intl.DateTimeFormat(language, { dateStyle: "long", timeZone: "UTC" });
    const values = {
      code: said.code?.replace(/(.{4})(?=.)/g, "$1-"),
      title: said.title || this.dataset.untitled,
      issued: said.issued && written.format(said.issued),
      expires: said.expires && written.format(said.expires),
      host: said.host,
    };
    for (const slot of this.answer.querySelectorAll("[data-slot]")) slot.textContent = values[slot.dataset.slot] ?? "";
    this.part("reworded").hidden = !said.digest || said.isSure;
    const hosts = [location.host, new URL(this.known.site).host].map((host) => host.toLowerCase());
    this.part("elsewhere").hidden = !said.host || hosts.includes(said.host.toLowerCase());
    const link = this.part("live");
    link.hidden = !said.code;
    if (said.code) link.href = `${this.dataset.check}${said.code}`;
    const form = this.part("name");
    form.hidden = !said.digest;
    form.reset();
    this.tellName("");
    this.answer.hidden = false;
    this.answer.dataset.shown = state;
    this.answer.querySelector(`[data-state~="${state}"] h2`).focus();
  }

  async compare(name) {
    this.tellName((await isNamed(this.said, name)) ? "same" : "other");
  }

  tellName(found) {
    for (const line of this.part("named").children) line.hidden = line.dataset.says !== found;
  }

  clear() {
    this.answer.hidden = true;
    delete this.answer.dataset.shown;
    this.said = null;
    this.part("typed").reset();
    (this.part("camera").hidden ? this.part("picture") : this.part("start")).focus();
  }
}

customElements.define("scan-paper", ScanPaper);
