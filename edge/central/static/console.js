// Keeps the console's pages live: rows that changed come as HTML over server-sent events, ages grow by themselves.

const UNITS = JSON.parse(document.body.dataset.units);
const byId = (id) => document.getElementById(id);

function ageText(seconds) {
  const [size, unit] = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]].find(([s]) => seconds >= s) ?? [1, "s"];
  return UNITS[unit].replace("#", Math.floor(Math.max(0, seconds) / size));
}

function stampAges(root) {
  const now = performance.now();
  for (const age of root.querySelectorAll(".age[data-age]")) {
    age.dataset.born = String(now - 1000 * Number(age.dataset.age));
    age.removeAttribute("data-age");
  }
}

function growAges() {
  for (const age of document.querySelectorAll(".age[data-born]")) {
    const text = age.dataset.text.replace("{age}", ageText((performance.now() - Number(age.dataset.born)) / 1000));
    if (age.textContent !== text) age.textContent = text;
  }
}

function fragment(html, tag) {
  const holder = document.createElement("template");
  holder.innerHTML = html; // from our own server, escaped there
  return tag ? holder.content.querySelector(tag) : holder.content;
}

function keepFocus(root, change) {
  const path = root.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  change();
  if (path) document.querySelector(`a[href="${CSS.escape(path)}"]`)?.focus({ preventScroll: true });
}

// --- the wall ------------------------------------------------------------------------------------------------------

function putRow(table, office, html) {
  const row = fragment(html, "tr");
  const old = byId(`o-${office}`);
  stampAges(row);
  if (old?.matches(":active")) return; // somebody is clicking it: the next heartbeat brings it again
  if (old) {
    for (const [index, cell] of [...row.cells].entries()) {
      const before = old.cells[index];
      if (cell.matches(".big") && before && before.textContent !== cell.textContent) cell.classList.add("changed");
    }
    keepFocus(old, () => old.replaceWith(row));
  } else {
    const after = [...table.tBodies[0].rows].find((r) => r.dataset.find.localeCompare(row.dataset.find) > 0);
    table.tBodies[0].insertBefore(row, after ?? null);
  }
}

function filterRows() {
  const words = byId("search").value.toLowerCase().trim();
  const only = byId("only").checked;
  let shown = 0;
  const rows = document.querySelectorAll("tr.office");
  for (const row of rows) {
    row.hidden = !row.dataset.find.includes(words) || (only && row.dataset.attention === "0");
    shown += row.hidden ? 0 : 1;
  }
  byId("none").hidden = shown > 0 || rows.length === 0;
  document.querySelector(".wall").hidden = rows.length === 0;
  byId("empty").hidden = rows.length > 0;
}

function walk(step) {
  const links = [...document.querySelectorAll("tr.office:not([hidden]) a")];
  const at = links.indexOf(document.activeElement);
  links[Math.max(0, Math.min(links.length - 1, at + step))]?.focus();
}

function wallKeys(event) {
  const typing = event.target.matches("input, select, textarea");
  if (event.key === "/" && !typing) {
    event.preventDefault();
    byId("search").focus();
  } else if (event.key === "Escape" && event.target.id === "search") {
    event.target.value = "";
    filterRows();
  } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && event.target.type !== "radio") {
    event.preventDefault();
    walk(event.key === "ArrowDown" ? 1 : -1);
  }
}

function startWall(table) {
  const source = new EventSource(table.dataset.live);
  source.addEventListener("offices", (event) => {
    const { rows, summary } = JSON.parse(event.data);
    for (const [office, html] of Object.entries(rows)) putRow(table, office, html);
    byId("summary").replaceChildren(fragment(summary));
    filterRows();
  });
  source.addEventListener("ended", () => location.assign("/login?ended=1"));
  source.onopen = () => { byId("lost").hidden = true; };
  source.onerror = () => { byId("lost").hidden = false; };
  byId("tools").hidden = false;
  byId("search").addEventListener("input", filterRows);
  byId("only").addEventListener("change", filterRows);
  document.addEventListener("keydown", wallKeys);
  filterRows();
}

// --- one office ----------------------------------------------------------------------------------------------------

async function refresh(live) {
  try {
    if (live.querySelector("form:active")) return setTimeout(refresh, 500, live);
    const answer = await fetch(live.dataset.refresh, { signal: AbortSignal.timeout(5000) });
    if (answer.redirected) return location.assign("/login?ended=1");
    if (!answer.ok) throw new Error(String(answer.status));
    const fresh = fragment(await answer.text());
    const wasOnButton = document.activeElement?.matches?.("#commands button");
    live.replaceChildren(fresh);
    stampAges(live);
    if (wasOnButton) live.querySelector("#commands button")?.focus({ preventScroll: true });
    byId("lost").hidden = true;
  } catch {
    byId("lost").hidden = false;
  }
  setTimeout(refresh, 2000, live);
}

// --- appearance ----------------------------------------------------------------------------------------------------

function startTheme(choice) {
  choice.hidden = false;
  choice.addEventListener("change", (event) => {
    const theme = event.target.value;
    document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=lax`;
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  });
}

function startMenu(menu) {
  document.addEventListener("click", (event) => { if (!menu.contains(event.target)) menu.open = false; });
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.open) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
}

stampAges(document);
setInterval(growAges, 1000);
startTheme(byId("theme"));
startMenu(document.querySelector(".menu"));
if (byId("offices")) startWall(byId("offices"));
if (byId("live")) setTimeout(refresh, 2000, byId("live"));
