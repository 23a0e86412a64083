// The conversation with the assistant: answers appear without leaving the page; without this file the forms do the same.

import { follow, put } from "./stream.js";

const live = document.getElementById("live");
const field = document.getElementById("text");
let plain = false;
let begun = false;
const STREAM_MS = 2500; // a live stream that has brought no answer by then does not pass

addEventListener("submit", async (event) => {
  const form = event.target;
  if (plain || new URL(form.action).pathname !== "/talk") return;
  event.preventDefault();
  const body = { key: Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16)).join("") };
  if (event.submitter?.name === "option") body.option = event.submitter.value;
  else body.text = field.value;
  able(false);
  try {
    const answer = await fetch("/api/v1/talk", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error();
    begin();
    if (body.text) field.value = "";
    const said = (await answer.json()).lines.length;
    setTimeout(() => live.querySelectorAll(".line").length < said && location.reload(), STREAM_MS);
    able(true);
  } catch {
    able(true);
    plain = true;
    form.requestSubmit(event.submitter); // the page says why
  }
});

function able(yes) {
  for (const button of document.querySelectorAll(".choices button, .saying button")) button.disabled = !yes;
}

/** Follow the conversation, once there is one. */
function begin() {
  if (begun) return;
  begun = true;
  follow(document.body.dataset.live, {
    on: {
      page: (markup) => {
        put(live, markup);
        live.querySelector(".line:last-child")?.scrollIntoView({ block: "nearest" });
      },
    },
    age: () => {},
    poll: () => false,
  });
}

if (document.body.dataset.begun !== undefined) begin();
