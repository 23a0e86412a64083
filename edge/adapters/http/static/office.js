// Speaking with the office from a page of staff.

import { say } from "./staff.js";

/** Return a function that asks the office and returns its answer; what it refuses is said in its own words. */
export function caller({ csrf, unsent }) {
  return async function call(method, path, body, options = {}) {
    try {
      const headers = { "Content-Type": "application/json", "X-CSRF-Token": csrf };
      const answer = await fetch(path, { method, headers, body: JSON.stringify(body), ...options });
      if (answer.status === 401) location.assign(`/login?next=${location.pathname}`);
      else if (answer.status === 423) location.assign(`/lock?next=${location.pathname}`);
      else if (!answer.ok && answer.status !== 409) say((await answer.clone().json()).title);
      return answer;
    } catch {
      say(unsent);
      return { ok: false, status: 0 };
    }
  };
}
