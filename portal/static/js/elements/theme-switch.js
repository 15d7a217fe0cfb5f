// Keeps the reader's choice of light, dark or system in a cookie, which the server reads to draw the next page.
const YEAR = 365 * 24 * 3600;

class ThemeSwitch extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", (event) => {
      const theme = event.target.value;
      const secure = location.protocol === "https:" ? "; Secure" : "";
      document.cookie = `theme=${theme}; Path=/; Max-Age=${YEAR}; SameSite=Lax${secure}`;
      if (theme === "auto") delete document.documentElement.dataset.theme;
      else document.documentElement.dataset.theme = theme;
      this.dispatchEvent(new CustomEvent("theme-changed", { detail: theme, bubbles: true }));
    });
  }
}

customElements.define("theme-switch", ThemeSwitch);
