/** The service worker: the folder's files are kept once, and the page works without a network. */

const scope = self as unknown as ServiceWorkerGlobalScope & {
  /** Written by the exporter: what the folder holds, and a name for its content. */
  KEPT: { readonly content: string; readonly files: readonly string[] };
};

importScripts('kept.js');

/** A cache's name begins with the folder's address: others of this host keep theirs. */
const MINE = `${scope.registration.scope}#`;
const KEPT = MINE + scope.KEPT.content;

scope.addEventListener('install', (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(KEPT);
    await cache.addAll([...scope.KEPT.files]);
    await scope.skipWaiting();
  })());
});

scope.addEventListener('activate', (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (name !== KEPT && name.startsWith(MINE)) await caches.delete(name);
    }
    await scope.clients.claim();
  })());
});

scope.addEventListener('fetch', (event) => {
  if (event.request.method !== 'GET') return;
  event.respondWith((async () => {
    const cache = await caches.open(KEPT);
    return await cache.match(event.request, { ignoreSearch: true }) ?? fetch(event.request);
  })());
});
