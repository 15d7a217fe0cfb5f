// Rows that move: Up, Down, or a number picked. Each row's select stays the form control, so whoever listens for a
// change hears one. Without this script the same buttons post the form and the server moves the row.

class OrderList extends HTMLElement {
  connectedCallback() {
    this.list = this.querySelector("[data-rows]");
    this.status = this.querySelector("[data-said]");
    if (!this.list || this.isReady) return;
    this.isReady = true;
    this.addEventListener("click", (event) => this.pressed(event));
    this.addEventListener("input", (event) => this.picked(event));
    this.closest("[data-question]")?.addEventListener("answers-restored", () => this.arrange());
    this.arrange();
  }

  get rows() {
    return [...this.list.children];
  }

  number(row) {
    return Number(row.querySelector("select").value) || Infinity;
  }

  // As the numbers say; rows without one stay where they stand, at the end.
  arrange() {
    const rows = this.rows;
    const numbers = rows.map((row) => this.number(row));
    if (numbers.some(Number.isFinite)) {
      const order = rows.map((row, place) => [numbers[place], place, row]);
      order.sort(([one, at], [other, place]) => (one === other ? at - place : one - other));
      this.list.append(...order.map(([, , row]) => row));
    }
    this.ends();
  }

  pressed(event) {
    const button = event.target.closest("[data-move]");
    if (!button) return;
    event.preventDefault();
    const row = button.closest("li");
    const goesUp = button.dataset.move === "up";
    const neighbour = goesUp ? row.previousElementSibling : row.nextElementSibling;
    // The neighbour steps over: the row with the focus is never taken out of the page.
    if (neighbour) goesUp ? row.after(neighbour) : row.before(neighbour);
    this.settle(row);
    row.querySelector("select").dispatchEvent(new Event("change", { bubbles: true }));
    if (button.getAttribute("aria-disabled") === "true") row.querySelector("[data-move]:not([aria-disabled=true])").focus();
  }

  picked(event) {
    const select = event.target.closest("select");
    if (!select?.value) return;
    const row = select.closest("li");
    const others = this.rows.filter((other) => other !== row);
    const place = Number(select.value) - 1;
    others.slice(0, place).reverse().forEach((other) => this.list.prepend(other));
    others.slice(place).forEach((other) => this.list.append(other));
    this.settle(row);
  }

  settle(moved) {
    this.rows.forEach((row, place) => (row.querySelector("select").value = String(place + 1)));
    this.ends();
    this.status.textContent = this.dataset.words
      .replace("[row]", moved.querySelector("[data-text]").textContent)
      .replace("[now]", String(this.rows.indexOf(moved) + 1))
      .replace("[all]", String(this.rows.length));
  }

  ends() {
    this.rows.forEach((row, place, { length }) => {
      row.querySelector("[data-move=up]").setAttribute("aria-disabled", String(place === 0));
      row.querySelector("[data-move=down]").setAttribute("aria-disabled", String(place === length - 1));
    });
  }
}

customElements.define("order-list", OrderList);
