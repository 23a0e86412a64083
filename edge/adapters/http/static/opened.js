// Live parts are drawn anew; what the person had opened in them is opened again.

/** Return a function that opens again, after each drawing, what was open before. */
export function keepOpen(then = () => {}) {
  const open = new Set();
  const name = (details) => details.id || "only";
  document.addEventListener(
    "toggle",
    (event) => {
      const details = event.target;
      if (!details.matches?.("[data-keep-open]")) return;
      if (details.open) open.add(name(details));
      else if (details.isConnected) open.delete(name(details));
    },
    true,
  );
  return () => {
    for (const details of document.querySelectorAll("[data-keep-open]")) details.open = open.has(name(details));
    then();
  };
}
