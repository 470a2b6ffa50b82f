// Keeps the client on the device: what was loaded once needs no network, and each file is the one that its hash names.
// Adds the headers by which a page may use threads, which static hosts do not send. Never touches what a service answers.

importScripts('version.js');

/** @type {any} */
const worker = self;
/** @type {Record<string, string>} */
const FILES = worker.FILES; // a hash of each address
const KEPT = 'ki67-client', FRONT = 'index.html', LANES = 2;
const opened = caches.open(KEPT);
const ISOLATED = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};


worker.addEventListener('install', (/** @type {any} */ event) => event.waitUntil(kept()));
worker.addEventListener('activate', (/** @type {any} */ event) => event.waitUntil(dropped().then(() => worker.clients.claim())));
worker.addEventListener('message', (/** @type {any} */ event) => event.waitUntil(replacedIfAlone()));
worker.addEventListener('fetch', (/** @type {any} */ event) => {
  const address = addressOf(event.request);
  if (address in FILES) event.respondWith(answered(address));
});


/** Everything that is not on the device yet, a few at a time: the page, which loads too, goes first. */
async function kept() {
  const cache = await opened, waiting = Object.keys(FILES);
  const lane = async () => {
    for (let address = waiting.shift(); address !== undefined; address = waiting.shift())
      if (!await cache.match(key(address))) await cache.put(key(address), await loaded(address));
  };
  await Promise.all(Array.from({length: LANES}, lane));
}


/** A file from the host: what the browser has of it already, if that is the one that belongs to the others. @param {string} address */
async function loaded(address) {
  for (const cache of /** @type {RequestCache[]} */ (['force-cache', 'reload'])) {
    const response = await fetch(new URL(address, worker.registration.scope), {cache});
    if (response.ok && await hashOf(response.clone()) === FILES[address]) return response;
  }
  throw new Error(`${address}: not the file of this version`);
}


/** @param {Response} response */
async function hashOf(response) {
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', await response.arrayBuffer()));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}


/** What no version needs any more. */
async function dropped() {
  const cache = await opened, needed = new Set(Object.keys(FILES).map(key));
  for (const request of await cache.keys()) if (!needed.has(request.url)) await cache.delete(request);
}


/** A new version takes over where no other page could be in the middle of something. */
async function replacedIfAlone() {
  if ((await worker.clients.matchAll({includeUncontrolled: true})).length <= 1) await worker.skipWaiting();
}


/** @param {string} address */
async function answered(address) {
  const found = await (await opened).match(key(address)) ?? await loaded(address);
  const headers = new Headers(found.headers);
  for (const [name, value] of Object.entries(ISOLATED)) headers.set(name, value);
  return new Response(found.body, {status: 200, headers});
}


/** Where a file lies in the cache: one place for each content. @param {string} address */
function key(address) { return new URL(`${address}?${FILES[address]}`, worker.registration.scope).href; }


/** Its address in the client's folder, where it has one. @param {Request} request */
function addressOf({method, url}) {
  const scope = worker.registration.scope, [plain] = url.split(/[?#]/);
  return method === 'GET' && plain.startsWith(scope) ? plain.slice(scope.length) || FRONT : '';
}
