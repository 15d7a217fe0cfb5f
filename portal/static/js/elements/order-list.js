// Rows that move: Up, Down, a number picked, or dragged by their grip; and rows that are left out. Each row's select
// stays the form control, so whoever listens for a change hears one. Without this script the same buttons post the
// form and the server moves the row.

class OrderList extends HTMLElement {
  connectedCallback() {
    this.list = this.querySelector("[data-rows]");
    this.status = this.querySelector("[data-said]");
    if (!this.list || this.isReady) return;
    this.isReady = true;
    this.addEventListener("click", (event) => this.pressed(event));
    this.addEventListener("input", (event) => this.picked(event));
    this.closest("[data-question]")?.addEventListener("answers-restored", () => this.arrange());
    this.querySelectorAll("[data-grip], [data-leave]").forEach((part) => (part.hidden = false));
    this.list.addEventListener("pointerdown", (event) => this.grabbed(event));
    this.list.addEventListener("pointermove", (event) => this.dragged(event));
    for (const type of ["pointerup", "pointercancel"]) this.list.addEventListener(type, () => this.dropped());
    this.arrange();
  }

  get rows() {
    return [...this.list.children];
  }

  select(row) {
    return row.querySelector("select");
  }

  isOut(row) {
    return this.select(row).value === "out";
  }

  number(row) {
    return this.isOut(row) ? Infinity : Number(this.select(row).value) || Number.MAX_SAFE_INTEGER;
  }

  // As the numbers say; rows without one stay where they stand, at the end, and what is left out comes last.
  arrange() {
    const rows = this.rows;
    const numbers = rows.map((row) => this.number(row));
    if (numbers.some((number) => number !== Number.MAX_SAFE_INTEGER)) {
      const order = rows.map((row, place) => [numbers[place], place, row]);
      order.sort(([one, at], [other, place]) => (one === other ? at - place : one < other ? -1 : 1));
      if (order.some(([, place], now) => place !== now)) this.list.append(...order.map(([, , row]) => row));
    }
    this.ends();
  }

  pressed(event) {
    const leave = event.target.closest("[data-leave]");
    if (leave) return this.leave(leave.closest("li"), !this.isOut(leave.closest("li")), leave);
    const button = event.target.closest("[data-move]");
    if (!button) return;
    event.preventDefault();
    if (button.getAttribute("aria-disabled") === "true") return;
    const row = button.closest("li");
    const goesUp = button.dataset.move === "up";
    const neighbour = goesUp ? row.previousElementSibling : row.nextElementSibling;
    this.step(row, neighbour, goesUp);
    this.settle(row);
    this.changed(row);
    if (button.getAttribute("aria-disabled") === "true") row.querySelector("[data-move]:not([aria-disabled=true])")?.focus();
  }

  // The neighbour steps over: the row with the focus, or under the pointer, is never taken out of the page.
  step(row, neighbour, goesUp) {
    if (neighbour) goesUp ? row.after(neighbour) : row.before(neighbour);
  }

  leave(row, isOut, focused) {
    this.select(row).value = isOut ? "out" : "";
    const others = this.rows.filter((other) => other !== row);
    const split = isOut ? others.length : others.filter((other) => !this.isOut(other)).length;
    others.slice(0, split).reverse().forEach((other) => this.list.prepend(other));
    others.slice(split).forEach((other) => this.list.append(other));
    this.settle(row);
    this.changed(row);
    focused.focus();
  }

  picked(event) {
    const select = event.target.closest("select");
    if (!select) return;
    const row = select.closest("li");
    if (!select.value) return this.ends();
    if (select.value === "out") return this.leave(row, true, select);
    const others = this.rows.filter((other) => other !== row);
    const placed = others.filter((other) => !this.isOut(other)).length;
    const place = Math.min(Number(select.value) - 1, placed);
    others.slice(0, place).reverse().forEach((other) => this.list.prepend(other));
    others.slice(place).forEach((other) => this.list.append(other));
    this.settle(row);
  }

  grabbed(event) {
    const grip = event.target.closest("[data-grip]");
    if (!grip || event.button !== 0 || this.matches("fieldset:disabled *") || this.isOut(grip.closest("li"))) return;
    event.preventDefault();
    this.held = grip.closest("li");
    this.held.classList.add("is-held");
    this.list.setPointerCapture(event.pointerId);
  }

  dragged(event) {
    if (!this.held) return;
    const before = this.held.previousElementSibling;
    const after = this.held.nextElementSibling;
    const middle = (row) => row.getBoundingClientRect().top + row.offsetHeight / 2;
    if (before && event.clientY < middle(before)) this.step(this.held, before, true);
    else if (after && !this.isOut(after) && event.clientY > middle(after)) this.step(this.held, after, false);
  }

  dropped() {
    const row = this.held;
    if (!row) return;
    this.held = null;
    row.classList.remove("is-held");
    this.settle(row);
    this.changed(row);
  }

  changed(row) {
    this.select(row).dispatchEvent(new Event("change", { bubbles: true }));
  }

  settle(moved) {
    const placed = this.rows.filter((row) => !this.isOut(row));
    placed.forEach((row, place) => (this.select(row).value = String(place + 1)));
    this.ends();
    const words = this.isOut(moved) ? this.dataset.wordOut : this.dataset.words;
    this.status.textContent = words
      .replace("[row]", moved.querySelector("[data-text]").textContent)
      .replace("[now]", String(placed.indexOf(moved) + 1))
      .replace("[all]", String(placed.length));
  }

  name(leave, row, isOut) {
    if (!leave) return;
    leave.textContent = isOut ? leave.dataset.wordOut : leave.dataset.wordIn;
    leave.setAttribute("aria-label", `${leave.textContent}: ${row.querySelector("[data-text]").textContent}`);
  }

  ends() {
    const last = this.rows.filter((row) => !this.isOut(row)).length - 1;
    this.rows.forEach((row, place) => {
      const isOut = this.isOut(row);
      row.classList.toggle("is-out", isOut);
      this.name(row.querySelector("[data-leave]"), row, isOut);
      row.querySelector("[data-move=up]").setAttribute("aria-disabled", String(isOut || place === 0));
      row.querySelector("[data-move=down]").setAttribute("aria-disabled", String(isOut || place >= last));
    });
  }
}

customElements.define("order-list", OrderList);
