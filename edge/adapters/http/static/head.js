// The head of every page of staff: a menu closes by Escape or a press beside it, and what was read goes away.

const menus = document.querySelectorAll("header .menu");

document.addEventListener("click", (event) => {
  for (const menu of menus) if (!menu.contains(event.target)) menu.open = false;
  const close = event.target.closest(".entry-note a");
  if (!close) return;
  event.preventDefault();
  close.closest(".entry-note").remove();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of menus) {
    if (!menu.open) continue;
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
