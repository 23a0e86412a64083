// Sends a document with a bar that shows how far it has come. Without this file the form does the same without a bar.

listen();

function listen() {
  for (const form of document.querySelectorAll(".upload")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send(form);
    });
  }
}

function send(form) {
  const file = form.elements.file.files[0];
  if (file.size > Number(form.dataset.most)) {
    say(form.dataset.large);
    return;
  }
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.upload.addEventListener("progress", (event) => {
    const done = Math.round((100 * event.loaded) / event.total);
    if (done < 100) say(form.dataset.sending, done);
    else say(form.dataset.checking, null);
  });
  request.addEventListener("load", () => put(request.responseText));
  request.addEventListener("error", () => {
    lock(false);
    say(form.dataset.broken);
  });
  request.send(new FormData(form));
  lock(true);
  say(form.dataset.sending, 0);
}

// The answer is the page as it is now, with the new document or with what is wrong.
function put(markup) {
  const page = new DOMParser().parseFromString(markup, "text/html");
  const main = page.querySelector("main");
  document.querySelector("main").replaceWith(main);
  document.title = page.title;
  listen();
  main.focus();
}

function say(text, done) {
  const box = document.getElementById("progress");
  const bar = box.querySelector("progress");
  box.hidden = false;
  box.querySelector("p").textContent = text;
  bar.hidden = done === undefined;
  if (done === null) bar.removeAttribute("value");
  else if (done !== undefined) bar.value = done;
}

function lock(on) {
  for (const button of document.querySelectorAll(".upload button")) button.disabled = on;
}
