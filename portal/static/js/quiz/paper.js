// The paper in the browser: one question a screen, every change saved, nothing lost.

import { moreTime } from "./clock.js";
import { Outbox } from "./outbox.js";
import { Offline, SignedOut, post } from "./post.js";
import { TimeInView } from "./time-in-view.js";
import { Walk } from "./walk.js";

const form = document.querySelector("form[data-paper]");
const PAUSE = 500;
const LONGEST_WAIT = 20_000;

class Paper {
  constructor(form) {
    this.form = form;
    this.attempt = Number(form.dataset.attempt);
    this.epoch = Number(form.dataset.epoch);
    this.claimed = false;
    this.closed = false;
    this.outbox = new Outbox(this.attempt);
    this.client = sessionStorage.getItem("stipple-client") ?? crypto.randomUUID();
    sessionStorage.setItem("stipple-client", this.client);
    this.questions = [...form.querySelectorAll("[data-question]")];
    this.seqs = new Map(this.questions.map((q) => [Number(q.dataset.item), Number(q.dataset.seq)]));
    this.words = form.dataset;
    this.last = new Map();
    this.failures = 0;
    this.sending = null;
    this.typed = new Set(); // items changed since this page was opened
    this.inView = new TimeInView(this.attempt, () => Number(this.questions[this.current - 1]?.dataset.item));
    this.walk = new Walk(this);
  }

  async start() {
    this.listen();
    this.inView.turn();
    const kept = await this.outbox.load();
    kept.forEach((slot) => this.seqs.set(slot.item, Math.max(this.seqs.get(slot.item) ?? 0, slot.seq)));
    kept.filter((slot) => !slot.sent || this.isNewer(slot)).forEach((slot) => this.fill(slot));
    this.questions.forEach((question) => this.mark(question));
    this.say(this.outbox.unsent().length ? "device" : "saved");
    await this.join();
  }

  // A save may have been answered while this page was already on its way: then the page is drawn without it, although
  // the server has it. What this device knows to be the later answer is shown.
  isNewer({ item, epoch, seq, kept }) {
    const drawn = this.questions.find((q) => Number(q.dataset.item) === item)?.dataset;
    if (!kept || !drawn || drawn.steps) return false; // a case is drawn by the server alone
    return epoch > Number(drawn.epoch) || (epoch === Number(drawn.epoch) && seq > Number(drawn.seq));
  }

  // What an earlier visit could not send goes first, under the number it was typed with: if another device wrote
  // meanwhile, the server keeps it aside instead of letting it overwrite. Then this page becomes the writer.
  async join() {
    this.joining ??= this.claim().finally(() => (this.joining = null)); // two claims would take the paper from ourselves
    return this.joining;
  }

  async claim() {
    try {
      if (!this.claimed) {
        const waiting = this.outbox.unsent().filter((slot) => !this.typed.has(slot.item));
        if (waiting.length && (await this.deliver(waiting)) === "aside") return void location.reload();
        const answer = await post(this.words.claim, { client: this.client });
        if (this.over(answer)) return;
        this.claimed = true;
        this.epoch = answer.epoch;
        this.clock(answer);
        // Typed here while the claim was under way: it belongs to this writer.
        for (const slot of this.outbox.unsent()) await this.outbox.put({ ...slot, epoch: this.epoch });
      }
      await this.flush();
    } catch (error) {
      this.trouble(error);
    }
  }

  listen() {
    this.form.addEventListener("input", (event) => this.changed(event.target));
    this.form.addEventListener("change", (event) => this.changed(event.target));
    this.form.addEventListener("submit", (event) => this.go(event));
    addEventListener("online", () => this.retry());
    addEventListener("pagehide", () => this.leave());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") this.leave();
      else if (this.walk.due.size) this.retry(); // a step was sent while nobody looked
    });
    document.addEventListener("time-up", () => this.timeUp());
    addEventListener("popstate", () => this.show(Number(new URLSearchParams(location.search).get("q") ?? 1), false));
  }

  changed(control) {
    const question = control.closest?.("[data-question]");
    if (!question || this.closed || control.matches("[data-unsent]")) return;
    const item = Number(question.dataset.item);
    const { fields, flagged } = this.read(question);
    const said = JSON.stringify([fields, flagged]);
    if (this.last.get(item) === said) return; // a control tells of one change twice: input, then change
    this.last.set(item, said);
    clearTimeout(this.timer);
    const seq = (this.seqs.get(item) ?? 0) + 1;
    this.seqs.set(item, seq);
    this.typed.add(item);
    const slot = { item, seq, epoch: this.epoch, fields, flagged, sent: false };
    this.mark(question);
    if (!this.failures) this.say("saving");
    this.writing = this.outbox.put(slot);
    this.timer = setTimeout(() => this.retry(), PAUSE);
  }

  // The controls of one question, as names and values, whatever its kind.
  read(question) {
    const prefix = `i${question.dataset.item}-`;
    const unsent = new Set([...question.querySelectorAll("[data-unsent]")].map((control) => control.name));
    const fields = [...new FormData(this.form)]
      .filter(([name]) => name.startsWith(prefix) && !unsent.has(name))
      .map(([name, value]) => [name.slice(prefix.length), String(value)]);
    return {
      fields: fields.filter(([name]) => name !== "flag"),
      flagged: fields.some(([name]) => name === "flag"),
    };
  }

  fill({ item, fields, flagged }) {
    const question = this.questions.find((q) => Number(q.dataset.item) === item);
    if (!question) return;
    if (this.walk.has(question)) this.walk.restore(question, fields);
    const values = new Map();
    fields.forEach(([name, value]) => values.set(name, [...(values.get(name) ?? []), value]));
    for (const control of question.querySelectorAll("input, select, textarea")) {
      const name = control.name.replace(`i${item}-`, "");
      if (name === "flag") control.checked = flagged;
      else if (control.matches("[data-unsent]") || control.closest("[data-walk]")) continue;
      else if (control.type === "radio" || control.type === "checkbox") {
        control.checked = (values.get(name) ?? []).includes(control.value);
      } else if (control.name) control.value = (values.get(name) ?? [""]).shift() ?? "";
    }
    question.dispatchEvent(new CustomEvent("answers-restored", { bubbles: true }));
  }

  // An answer counts as given when a control holds something the page did not start with.
  mark(question) {
    const given = [...question.querySelectorAll("input, select, textarea")].some((control) => {
      if (control.name.endsWith("-flag") || control.matches("[data-unsent]")) return false;
      if (control.type === "hidden") return control.matches("[data-counts=yes]") && control.value !== "";
      if (control.type === "radio" || control.type === "checkbox") return control.checked;
      return control.matches("[data-counts=no]") ? false : control.value.trim() !== "";
    });
    const flagged = question.querySelector("[name$='-flag']")?.checked ?? false;
    const button = document.querySelector(`[data-goto="${question.dataset.question}"]`);
    if (!button) return;
    button.classList.toggle("is-answered", given);
    button.classList.toggle("is-flagged", flagged);
    const states = [given ? this.words.wordAnswered : this.words.wordOpen, flagged ? this.words.wordFlagged : ""];
    button.querySelector("[data-state]").textContent = states.filter(Boolean).join(", ");
    const count = document.querySelector("[data-answered-count]");
    if (count) count.textContent = String(document.querySelectorAll("[data-goto].is-answered").length);
  }

  async retry() {
    clearTimeout(this.timer);
    await (this.claimed ? this.flush().catch((error) => this.trouble(error)) : this.join());
  }

  // One request at a time; what was typed meanwhile goes with the next.
  async flush() {
    if (this.sending) return this.sending;
    this.sending = (async () => {
      await this.writing;
      while (this.outbox.unsent().length && !this.closed) {
        if (!this.failures) this.say("saving"); // while trouble lasts, its words stay
        if ((await this.deliver(this.outbox.unsent())) === "aside") return this.taken();
      }
      if (!this.closed) await this.walk.redraw();
      this.failures = 0;
      if (!this.closed) this.say("saved");
    })();
    try {
      await this.sending;
    } finally {
      this.sending = null;
    }
  }

  async deliver(slots, options) {
    const answers = slots.map(({ item, epoch, seq, fields, flagged }) => {
      return { item, epoch, seq, fields, flagged, active: this.inView.seconds(item) };
    });
    const answer = await post(this.words.responses, { client: this.client, answers }, options);
    for (const { item, epoch, seq, outcome, message } of answer.answers ?? []) {
      this.tell(item, message);
      // Applied, older than what is there, kept aside or refused with words: the server has spoken for it.
      if (outcome === "other_tab") await this.outbox.leave(item, epoch, seq);
      else await this.outbox.settle(item, epoch, seq, outcome === "applied");
      this.walk.saved(item, outcome);
    }
    if (this.over(answer)) return "over";
    this.clock(answer);
    return answer.status === 409 ? "aside" : "sent";
  }

  tell(item, message) {
    const place = document.getElementById(`told-${item}`);
    if (place && place.textContent !== (message ?? "")) place.textContent = message ?? "";
  }

  // The question stands anew, as the server has it: what is read from it now is no change.
  redrawn(question, item) {
    const { fields, flagged } = this.read(question);
    this.last.set(item, JSON.stringify([fields, flagged]));
    this.mark(question);
  }

  over(answer) {
    if (answer.status !== 410) return false;
    this.closed = true;
    location.assign(answer.result);
    return true;
  }

  taken() {
    this.closed = true;
    this.say("elsewhere");
    document.querySelector("dialog[data-elsewhere]")?.showModal();
  }

  trouble(error) {
    if (error instanceof SignedOut) this.say("signed-out");
    else if (error instanceof Offline) this.say(this.outbox.lasting ? "device" : "page");
    else throw error;
    this.walk.waits();
    this.failures += 1;
    const wait = Math.min(1000 * 2 ** this.failures, LONGEST_WAIT) * (0.75 + Math.random() / 2);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.retry(), wait);
  }

  // The page is going: what is unsent is sent without waiting. If that fails, it is on the device.
  leave() {
    const waiting = this.outbox.unsent();
    if (waiting.length && this.claimed && !this.closed) this.deliver(waiting, { keepalive: true }).catch(() => {});
  }

  say(state) {
    document.querySelectorAll("[data-save-state]").forEach((place) => {
      place.dataset.saveState = state;
      const words = place.querySelector(`[data-when="${state}"]`);
      place.querySelectorAll("[data-when]").forEach((line) => (line.hidden = line !== words));
    });
  }

  clock({ server_now, deadline }) {
    document.querySelector("time-left")?.set(server_now, deadline);
  }

  go(event) {
    const target = event.submitter;
    if (target?.name.endsWith("-move")) return; // an ordering's plain button: its own element takes it, else the server
    if (target?.matches("[data-send], [data-drop]")) return; // a file's plain buttons: the same
    event.preventDefault();
    if (target?.name.endsWith("-take")) return void this.walk.take(target);
    if (target?.hasAttribute("data-check")) return void this.check(target);
    if (target?.value === "hand-in") return void this.handIn();
    this.show(Number(target?.value || this.current + 1));
  }

  // The clock ran out here. More time may have been granted since it was last set: the server knows.
  async timeUp() {
    if (!(await moreTime(this.words.responses, this.client))) await this.handIn();
  }

  get current() {
    return Number(this.questions.find((q) => q.hasAttribute("data-current"))?.dataset.question ?? 1);
  }

  show(number, remember = true) {
    const question = this.questions[number - 1];
    if (!question) return;
    this.questions.forEach((q) => q.toggleAttribute("data-current", q === question));
    this.inView.turn();
    document.querySelectorAll("[data-goto]").forEach((button) => {
      if (button.dataset.goto === String(number)) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
    });
    if (remember) history.pushState(null, "", `?q=${number}`);
    document.querySelector("[data-navigator]")?.removeAttribute("open");
    question.querySelector("[data-heading]")?.focus({ preventScroll: true });
    scrollTo({ top: 0 });
  }

  // What is typed goes first; then the form itself asks for the check, with the numbers this window writes under.
  async check(button) {
    try {
      if (!this.claimed) await this.join();
      await this.flush();
    } catch (error) {
      return this.trouble(error);
    }
    if (this.closed || this.outbox.unsent().length) return;
    this.form.elements.epoch.value = String(this.epoch);
    this.form.elements.at.value = button.value;
    this.questions.forEach((question) => {
      const item = Number(question.dataset.item);
      this.form.elements[`i${item}-seq`].value = String(this.seqs.get(item) ?? 0);
    });
    this.form.action = button.formAction;
    this.form.submit();
  }

  async handIn() {
    try {
      if (!this.claimed) await this.join();
      await this.flush();
    } catch (error) {
      return this.trouble(error);
    }
    if (!this.closed && !this.outbox.unsent().length) location.assign(this.words.handIn);
  }
}

if (form) new Paper(form).start();
