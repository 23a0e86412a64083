// Notices of the phone itself: asks the browser, tells the office where it listens, and takes it back.

const row = document.getElementById("push");
const why = row?.querySelector(".why");
const button = row?.querySelector("button");
const place = "/api/v1/turns/mine/push";

if (row) begin();

function begin() {
  const able = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
  const apple = /iPhone|iPad/.test(navigator.userAgent);
  if (!able && !apple) return;
  row.hidden = false;
  if (!able) {
    button.hidden = true;
    why.textContent = why.dataset.ios;
    return;
  }
  show(row.dataset.on === "1" && Notification.permission === "granted");
  if (Notification.permission === "denied") why.textContent = why.dataset.denied;
  button.addEventListener("click", () => (row.dataset.on === "1" ? turnOff() : turnOn()));
}

function show(on) {
  row.dataset.on = on ? "1" : "";
  row.querySelector(".is-on").hidden = !on;
  if (on) document.body.dataset.told = "1";
  button.textContent = on ? button.dataset.turnOff : button.dataset.turnOn;
}

async function turnOn() {
  button.disabled = true;
  why.textContent = "";
  try {
    if ((await Notification.requestPermission()) !== "granted") {
      why.textContent = why.dataset.denied;
      return;
    }
    await navigator.serviceWorker.register("/sw.js");
    const worker = await navigator.serviceWorker.ready;
    const options = { userVisibleOnly: true, applicationServerKey: row.dataset.key };
    const { endpoint, keys } = (await worker.pushManager.subscribe(options)).toJSON();
    const body = JSON.stringify({ endpoint, p256dh: keys.p256dh, auth: keys.auth });
    const answer = await fetch(place, { method: "PUT", headers: { "Content-Type": "application/json" }, body });
    if (!answer.ok) throw new Error(`push ${answer.status}`);
    show(true);
  } catch {
    why.textContent = why.dataset.failed;
  } finally {
    button.disabled = false;
  }
}

async function turnOff() {
  button.disabled = true;
  try {
    const answer = await fetch(place, { method: "DELETE" });
    const worker = await navigator.serviceWorker.getRegistration("/");
    await (await worker?.pushManager.getSubscription())?.unsubscribe();
    show(!answer.ok);
  } catch {
    why.textContent = why.dataset.failed;
  } finally {
    button.disabled = false;
  }
}
