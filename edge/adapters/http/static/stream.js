// Follows a live stream: parts of the page by name, how old the news are, and a way out when streams do not pass.

import { inMinutes, inSeconds } from "./length.js";

const STALE_S = 20;
const POLL_MS = 10000;

/**
 * Follow `url`. `on` holds a function for each event name; `age` hears every second how old the news are;
 * `poll` is called while no stream can be opened.
 */
export function follow(url, { on, age, poll }) {
  let source = null;
  let heard = performance.now();
  let timer = 0;

  const open = () => {
    clearTimeout(timer);
    source?.close();
    source = new EventSource(url);
    for (const name of ["beat", ...Object.keys(on)]) {
      source.addEventListener(name, (event) => {
        heard = performance.now();
        on[name]?.(event.data);
      });
    }
    source.onerror = () => {
      if (source.readyState === EventSource.CLOSED) {
        timer = setTimeout(retry, POLL_MS * (0.75 + Math.random() / 2));
      }
    };
  };

  const retry = async () => {
    try {
      if (await poll?.()) heard = performance.now();
    } catch {
      // The network is away: the age on the page says so.
    }
    open();
  };

  const wake = () => {
    if (!document.hidden && performance.now() - heard > STALE_S * 1000) open();
  };

  document.addEventListener("visibilitychange", wake);
  addEventListener("online", wake);
  addEventListener("pagehide", () => source?.close());
  addEventListener("pageshow", (event) => event.persisted && open());
  setInterval(() => {
    const seconds = Math.round((performance.now() - heard) / 1000);
    age(seconds > STALE_S ? seconds : 0);
  }, 1000);
  open();
}

/** Follow the stream of this page into `update`; `note` says when the news are old. Without streams the page is asked. */
export function followPage(page, note, update) {
  follow(page.dataset.live, {
    on: { page: update },
    age: (seconds) => {
      note.hidden = !seconds;
      if (seconds) note.textContent = page.dataset.offline.replace("{age}", spoken(seconds));
    },
    poll: async () => {
      const answer = await fetch(page.dataset.now, { cache: "no-store" });
      if (answer.ok) update(await answer.text());
      return answer.ok;
    },
  });
}

/** Return an age as people read it: "25 s", "3 min". */
export function spoken(seconds) {
  return seconds < 90 ? inSeconds(seconds) : inMinutes(Math.round(seconds / 60));
}

/** Put new markup into `target`; what somebody is filling in (`data-keep`) stays, and so does the focus. */
export function put(target, markup) {
  const focused = target.contains(document.activeElement) ? document.activeElement : null;
  const typed = focused?.tagName === "INPUT" ? focused.value : "";
  const kept = [...target.querySelectorAll("[data-keep]")];
  target.innerHTML = markup;
  for (const old of kept) target.querySelector(`[data-keep="${CSS.escape(old.dataset.keep)}"]`)?.replaceWith(old);
  if (!focused) return;
  const again = focused.id && document.getElementById(focused.id);
  if (again && !again.disabled) {
    if (typed) again.value = typed;
    again.focus();
  }
}
