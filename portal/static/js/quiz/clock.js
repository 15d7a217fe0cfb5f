// Asks the server's clock when the page's own has run out: more time may have been granted meanwhile.

import { post } from "./post.js";

export async function moreTime(responses, client) {
  try {
    const { server_now, deadline } = await post(responses, { client, answers: [] });
    if (!deadline || Date.parse(deadline) <= Date.parse(server_now)) return false;
    document.querySelector("time-left")?.set(server_now, deadline);
    return true;
  } catch {
    return false; // no network, no session: go by what was known
  }
}
