// <pass-key options="id">: a form whose hidden "credential" is filled by the browser's own key dialog.
// Options stand in the json_script of that id; without one they are fetched from the form's address.
// It announces "passkey-failed" when the person or the key said no.

const bytes = (words) => Uint8Array.from(atob(words.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
const words = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

function unpacked({ publicKey }) {
  const known = (list) => list?.map((key) => ({ ...key, id: bytes(key.id) }));
  const options = { ...publicKey, challenge: bytes(publicKey.challenge) };
  if (publicKey.user) options.user = { ...publicKey.user, id: bytes(publicKey.user.id) };
  if (publicKey.excludeCredentials) options.excludeCredentials = known(publicKey.excludeCredentials);
  if (publicKey.allowCredentials) options.allowCredentials = known(publicKey.allowCredentials);
  return { publicKey: options };
}

function packed(credential) {
  const { response } = credential;
  const answer = { clientDataJSON: words(response.clientDataJSON) };
  for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[part]) answer[part] = words(response[part]);
  }
  if (response.getTransports) answer.transports = response.getTransports();
  return {
    type: credential.type,
    id: credential.id,
    rawId: words(credential.rawId),
    response: answer,
    authenticatorAttachment: credential.authenticatorAttachment ?? null,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

class PassKey extends HTMLElement {
  connectedCallback() {
    if (!window.PublicKeyCredential) return;
    this.hidden = false;
    this.form = this.querySelector("form");
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.ask();
    });
  }

  async options() {
    const id = this.getAttribute("options");
    if (id) return JSON.parse(document.getElementById(id).textContent);
    const answer = await fetch(this.form.action, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`The server answered ${answer.status}.`);
    return answer.json();
  }

  async ask() {
    const told = this.querySelector("[role=status]");
    told.textContent = "";
    try {
      const { creation_options: creation, request_options: request } = await this.options();
      const credential = creation ? await this.create(creation) : await navigator.credentials.get(unpacked(request));
      this.form.elements.credential.value = JSON.stringify(packed(credential));
      this.form.submit();
    } catch (error) {
      told.textContent = told.dataset.failed;
      this.dispatchEvent(new CustomEvent("passkey-failed", { bubbles: true, detail: error }));
    }
  }

  create(given) {
    const options = unpacked(given);
    const alone = this.form.elements.passwordless?.checked ?? false;
    options.publicKey.authenticatorSelection = {
      ...options.publicKey.authenticatorSelection,
      residentKey: alone ? "required" : "discouraged",
      requireResidentKey: alone,
      ...(alone && { userVerification: "required" }),
    };
    return navigator.credentials.create(options);
  }
}

customElements.define("pass-key", PassKey);
