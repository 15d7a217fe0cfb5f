// "/" goes to the search field, or to the search page. Whoever needs the key for something else can switch it off there.
const CHOICE = "search-key-off";

const isOff = () => {
  try {
    return localStorage.getItem(CHOICE) === "1";
  } catch {
    return false; // storage refused: the key simply works
  }
};

class SearchKey extends HTMLElement {
  connectedCallback() {
    document.addEventListener("keydown", this);
    const box = document.querySelector("[data-search-key-choice]");
    if (!box) return;
    box.closest("[hidden]")?.removeAttribute("hidden");
    box.checked = !isOff();
    box.addEventListener("change", () => {
      try {
        localStorage.setItem(CHOICE, box.checked ? "0" : "1");
      } catch {
        box.checked = true;
      }
    });
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this);
  }

  handleEvent(event) {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target.closest("input, textarea, select, dialog, [contenteditable]") || isOff()) return;
    event.preventDefault();
    const field = document.querySelector("[data-search-field]");
    if (field) {
      field.focus();
      field.select();
    } else {
      location.assign(this.dataset.href);
    }
  }
}

customElements.define("search-key", SearchKey);
