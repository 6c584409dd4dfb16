"use strict";
var xrayLab = (() => {
  // src/offline.ts
  var scope = self;
  importScripts("kept.js");
  var MINE = `${scope.registration.scope}#`;
  var KEPT = MINE + scope.KEPT.content;
  scope.addEventListener("install", (event) => {
    event.waitUntil((async () => {
      const cache = await caches.open(KEPT);
      await cache.addAll([...scope.KEPT.files]);
      await scope.skipWaiting();
    })());
  });
  scope.addEventListener("activate", (event) => {
    event.waitUntil((async () => {
      for (const name of await caches.keys()) {
        if (name !== KEPT && name.startsWith(MINE)) await caches.delete(name);
      }
      await scope.clients.claim();
    })());
  });
  scope.addEventListener("fetch", (event) => {
    if (event.request.method !== "GET") return;
    event.respondWith((async () => {
      const cache = await caches.open(KEPT);
      return await cache.match(event.request, { ignoreSearch: true }) ?? fetch(event.request);
    })());
  });
})();
