// Cases walked step by step: a step is saved first; then its question is drawn anew, as it stands on the server.
// What waits for the connection is on this device like every other answer.

import { page } from "./post.js";

const STEP = /^step-\d+$/;

export class Walk {
  constructor(paper) {
    this.paper = paper;
    this.waiting = new Set(); // items with a step that is not drawn yet
    this.due = new Set(); // items the server has spoken for: to be drawn anew
  }

  has(question) {
    return "steps" in question.dataset;
  }

  // The button under the open step: from here on the choice is part of the way.
  take(button) {
    const question = button.closest("[data-question]");
    const item = Number(question.dataset.item);
    const chosen = question.querySelector("[name$='-next']:checked");
    if (!chosen) {
      this.paper.tell(item, button.dataset.wordChoose);
      question.querySelector("[name$='-next']").focus();
      return;
    }
    this.paper.tell(item, "");
    this.paper.changed(this.join(question, `step-${button.value}`, chosen.value));
  }

  // Steps typed at an earlier visit that the server did not have when it drew this page.
  restore(question, fields) {
    const prefix = `i${question.dataset.item}-`;
    fields
      .filter(([name]) => STEP.test(name) && !question.querySelector(`[name="${prefix}${name}"]`))
      .forEach(([name, value]) => this.join(question, name, value));
  }

  join(question, name, value) {
    const step = document.createElement("input");
    Object.assign(step, { type: "hidden", name: `i${question.dataset.item}-${name}`, value });
    step.dataset.counts = "yes";
    question.querySelector("[data-walk]").append(step);
    question.querySelector("fieldset")?.setAttribute("disabled", "");
    this.waiting.add(Number(question.dataset.item));
    return step;
  }

  saved(item, outcome) {
    if (this.waiting.has(item) || outcome !== "applied") this.due.add(item);
  }

  // No connection: say so at the step itself.
  waits() {
    for (const item of this.waiting) {
      const words = this.question(item)?.querySelector("[data-word-waits]")?.dataset.wordWaits;
      if (words) this.paper.tell(item, words);
    }
  }

  question(item) {
    return this.paper.questions.find((question) => Number(question.dataset.item) === item && this.has(question));
  }

  // Raises what fetching raises: whoever asked tries again.
  async redraw() {
    for (const item of [...this.due]) {
      const question = this.question(item);
      if (question) {
        const answer = await page(question.dataset.steps);
        if (this.paper.over(answer)) return;
        this.draw(question, item, answer.page);
      }
      this.due.delete(item);
    }
  }

  draw(question, item, fresh) {
    const before = question.querySelector("[data-walk]");
    const held = before.contains(document.activeElement) || document.activeElement === document.body;
    const waited = this.waiting.delete(item);
    before.replaceWith(fresh.querySelector("[data-walk]"));
    this.paper.redrawn(question, item);
    const place = question.querySelector("[data-walk-heading]");
    if (waited && held && question.hasAttribute("data-current")) place?.focus();
  }
}
