{% load static %}// Keeps the page that checks paper without a connection: itself, its scripts and styles, and the keys. Nothing else.
const KEPT = "scan-1";
const PAGE = "{% url "certificates:scan" %}";
const KEYS = "{% url "certificates:scan_keys" %}";
const STATIC = "{% get_static_prefix %}";
const FIRST = [
  "{% static "css/portal.css" %}",
  "{% static "icons.svg" %}",
  "{% static "img/favicon.svg" %}",
  "{% static "js/elements/theme-switch.js" %}",
  "{% static "js/scan/page.js" %}",
  "{% static "js/scan/reading.js" %}",
  "{% static "js/scan/tokens.js" %}",
  "{% static "vendor/atkinson-hyperlegible-next/5.3.0/atkinson-hyperlegible-next-latin-wght-normal.woff2" %}",
  "{% static "vendor/jsqr/1.4.0/jsQR.js" %}",
];
const HASHED = /\.[0-9a-f]{12}\.\w+$/; // such a name never changes its content
const PATIENCE = 5000; // milliseconds until what was kept is shown instead

// Without cookies: what is kept is what a stranger sees, whoever is signed in.
async function keep(path) {
  const answer = await fetch(path, { credentials: "omit", cache: "no-cache" });
  if (!answer.ok || answer.redirected) throw new Error(`${path} answered ${answer.status}`);
  await (await caches.open(KEPT)).put(path, answer);
}

async function kept(path) {
  return (await caches.open(KEPT)).match(path, { ignoreVary: true });
}

async function newest(request, path) {
  const before = await kept(path);
  try {
    const answer = await fetch(request, before ? { signal: AbortSignal.timeout(PATIENCE) } : {});
    if (answer.ok || !before) return answer;
  } catch (error) {
    if (!before) throw error;
  }
  return before;
}

async function still(request, path) {
  if (HASHED.test(path)) {
    const before = await kept(path);
    if (before) return before;
  }
  return newest(request, path);
}

self.addEventListener("install", (event) => {
  event.waitUntil(Promise.all([PAGE, KEYS, ...FIRST].map(keep)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = (name) => name.startsWith("scan-") && name !== KEPT;
  event.waitUntil(
    caches.keys()
      .then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { origin, pathname } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== self.location.origin) return;
  if (pathname === PAGE || pathname === KEYS) {
    event.respondWith(newest(event.request, pathname));
    event.waitUntil(keep(pathname).catch(() => {}));
  } else if (pathname.startsWith(STATIC)) {
    event.respondWith(still(event.request, pathname));
  }
});

// The page tells what it loaded: that is what it will need without a connection, and what else is kept can go.
async function keepOnly(paths) {
  const cache = await caches.open(KEPT);
  const wanted = new Set([PAGE, KEYS, ...FIRST, ...paths.filter((path) => path.startsWith(STATIC))]);
  const there = new Set((await cache.keys()).map((request) => new URL(request.url).pathname));
  await Promise.all([...wanted].filter((path) => !there.has(path)).map(keep));
  await Promise.all([...there].filter((path) => !wanted.has(path)).map((path) => cache.delete(path)));
}

self.addEventListener("message", (event) => {
  if (!Array.isArray(event.data?.keep)) return;
  const done = keepOnly(event.data.keep).then(() => true, () => false);
  event.waitUntil(done.then((isKept) => event.source?.postMessage({ isKept })));
});
