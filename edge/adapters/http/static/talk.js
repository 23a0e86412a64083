// The conversation with the assistant: answers appear without leaving the page; without this file the forms do the same.

import { follow, put } from "./stream.js";

const live = document.getElementById("live");
const field = document.getElementById("text");

addEventListener("submit", async (event) => {
  const form = event.target;
  if (new URL(form.action).pathname !== "/talk") return;
  event.preventDefault();
  const body = { key: new FormData(form).get("key") };
  if (event.submitter?.name === "option") body.option = event.submitter.value;
  else body.text = field.value;
  for (const button of document.querySelectorAll(".choices button, .saying button")) button.disabled = true;
  try {
    const answer = await fetch("/api/v1/talk", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error();
    location.replace("/talk#end");
    if (location.hash === "#end") location.reload();
  } catch {
    form.submit(); // the page says why
  }
});

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
