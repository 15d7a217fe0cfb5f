// Hands the paper in: all answers this device knows go along once more, so that none is left behind.

import { moreTime } from "./clock.js";
import { Outbox } from "./outbox.js";
import { Offline, SignedOut, post } from "./post.js";
import { secondsInView } from "./time-in-view.js";

const form = document.querySelector("form[data-submission]");
const told = document.querySelector("[data-told]");

async function handIn(event) {
  event?.preventDefault();
  const button = form.querySelector("[type=submit]");
  button.disabled = true;
  told.textContent = form.dataset.wordSending;
  const outbox = new Outbox(Number(form.dataset.attempt));
  await outbox.load();
  const seen = secondsInView(Number(form.dataset.attempt));
  const answers = outbox.all().map(({ item, epoch, seq, fields, flagged }) => {
    return { item, epoch, seq, fields, flagged, active: seen.get(item) ?? 0 };
  });
  try {
    const answer = await post(form.action, { client: sessionStorage.getItem("stipple-client") ?? "", answers });
    if (!answer.result) throw new Offline();
    await outbox.clear();
    location.replace(answer.result);
  } catch (error) {
    button.disabled = false;
    told.textContent = error instanceof SignedOut ? form.dataset.wordSignedOut : form.dataset.wordOffline;
  }
}

if (form) {
  form.addEventListener("submit", handIn);
  document.addEventListener("time-up", async () => {
    if (!(await moreTime(form.dataset.responses, "page"))) await handIn();
  });
}
