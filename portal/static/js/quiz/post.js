// One way to send JSON to the portal, and one way to tell what became of it.

export class Offline extends Error {}
export class SignedOut extends Error {}

const LONGEST = 15_000; // milliseconds: a server that says nothing is as good as none, and sending again does no harm

let token = document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";

// After signing in again in another tab the page's token is old: the page itself, fetched anew, carries the new one.
async function renewToken() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("form[data-paper] [name=csrfmiddlewaretoken], form[data-submission] [name=csrfmiddlewaretoken]");
  if (!fresh) throw new SignedOut();
  token = fresh.value;
}

// A part of a page, as the server would draw it now. 410 is an answer: closed.
export async function page(address) {
  let answer;
  try {
    answer = await fetch(address, { headers: { Accept: "text/html" }, signal: AbortSignal.timeout(LONGEST) });
  } catch {
    throw new Offline();
  }
  if (answer.redirected || answer.status === 401) throw new SignedOut();
  if (answer.status === 410) return { status: 410, ...(await answer.json()) };
  if (!answer.ok) throw new Offline();
  return { status: answer.status, page: new DOMParser().parseFromString(await answer.text(), "text/html") };
}

// Files go as a form does. 410 is an answer: closed; 422 another: words for what is wrong with the file.
export async function upload(address, files, { again = true } = {}) {
  const body = new FormData();
  Object.entries(files).forEach(([name, file]) => body.append(name, file));
  try {
    const answer = await fetch(address, { method: "POST", headers: { Accept: "application/json", "X-CSRFToken": token }, body });
    if (answer.status === 403 && again) {
      await renewToken();
      return await upload(address, files, { again: false });
    }
    if (answer.redirected || answer.status === 401) throw new SignedOut();
    return { status: answer.status, ...(await answer.json()) };
  } catch (error) {
    throw error instanceof SignedOut ? error : new Offline();
  }
}

export async function post(address, body, { keepalive = false, again = true } = {}) {
  let answer;
  try {
    answer = await fetch(address, {
      method: "POST",
      keepalive,
      signal: AbortSignal.timeout(LONGEST),
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Offline();
  }
  if (answer.status === 403 && again) {
    try {
      await renewToken();
    } catch (error) {
      throw error instanceof SignedOut ? error : new Offline();
    }
    return post(address, body, { keepalive, again: false });
  }
  const json = answer.headers.get("Content-Type")?.startsWith("application/json");
  if (answer.redirected || answer.status === 401 || (answer.ok && !json)) throw new SignedOut();
  // A proxy or a fault in between: nothing was acknowledged. 409 and 410 are answers: taken over, closed.
  if (!json || (!answer.ok && answer.status !== 409 && answer.status !== 410)) throw new Offline();
  return { status: answer.status, ...(await answer.json()) };
}
