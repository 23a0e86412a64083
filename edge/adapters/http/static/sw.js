// Shows what the office pushes, and says that it was shown. It keeps nothing and answers for no page.

self.addEventListener("push", (event) => event.waitUntil(show(event.data)));
self.addEventListener("notificationclick", (event) => event.waitUntil(open(event.notification)));

async function show(data) {
  const news = data.json();
  await self.registration.showNotification(news.title, {
    body: news.body,
    tag: news.tag,
    lang: news.lang,
    dir: news.dir,
    renotify: true,
    requireInteraction: news.urgent,
    vibrate: news.urgent ? [400, 200, 400, 200, 800] : [200],
  });
  const body = JSON.stringify({ notice: news.id });
  const headers = { "Content-Type": "application/json" };
  try {
    await fetch("/api/v1/turns/mine/seen", { method: "POST", headers, body });
  } catch {
    // Without a way back the office tells over the next rung as well.
  }
}

async function open(notification) {
  notification.close();
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const mine = pages.find((page) => new URL(page.url).pathname === "/my");
  return mine ? mine.focus() : self.clients.openWindow("/my");
}
