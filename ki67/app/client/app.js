// The shell: what the screens share, and one screen at a time by the address after the #.

import {keptOffline} from './offline.js';
import {makerOf, routeOf} from './routes.js';
import {Known} from './scorer/refused.js';
import {Scorer} from './scorer/scorer.js';
import {el, notice} from './screens/made.js';
import {places} from './screens/places.js';
import {refusal} from './screens/told.js';
import {unlocked} from './screens/unlock.js';
import {Server} from './server/api.js';
import {Outbox} from './server/outbox.js';
import {words} from './words/en.js';

/** @typedef {import('./store/device.js').Store} Store */
/**
 * What every screen is given. The scorer is loaded when it is first asked for.
 * @typedef {{store: Store, readonly scorer: Promise<Scorer>, server: Server, outbox: Outbox, go: (hash: string) => void, say: (line: string) => void}} App
 */
/** A screen: `back` is where its arrow leads. @typedef {{title: string, content: HTMLElement, back?: string, leave?: () => void}} Screen */

const SAID_FOR = 6000;  // milliseconds that a line stays

/** @param {string} id */
const part = id => /** @type {HTMLElement} */ (document.getElementById(id));

let silence = 0;


/** One line for eyes and ears. @param {string} line */
function say(line) {
  clearTimeout(silence);
  part('status').textContent = line;
  silence = setTimeout(() => { part('status').textContent = ''; }, SAID_FOR);
}


/** @returns {Promise<App>} */
async function app() {
  const server = await Server.find(), store = await unlocked(show), outbox = new Outbox(store, server);
  /** @type {Promise<Scorer>|null} */
  let scorer = null;
  await readerNamed(store, server);
  server.watch(() => readerNamed(store, server));
  outbox.start();
  return {
    store, server, outbox, say,
    go: hash => { location.hash = hash; },
    get scorer() { return scorer ??= Scorer.start(); },
  };
}


/** Whoever is signed in is called here as there, unless they said otherwise. @param {Store} store @param {Server} server */
async function readerNamed(store, {me}) { if (me && !await store.reader()) await store.nameReader(me.name); }


/** @param {Screen} screen */
function show({title, content, back}) {
  const arrow = /** @type {HTMLAnchorElement} */ (part('back'));
  arrow.hidden = !back;
  if (back) arrow.href = back;
  part('title').textContent = title;
  document.title = words.app.titleOf(title);
  part('main').replaceChildren(content);
  scrollTo(0, 0);
}


/** @param {App} app @param {string} hash @returns {Promise<Screen>} */
async function screenAt(app, hash) {
  const {screen, argument} = routeOf(hash);
  try {
    const module = await import(`./screens/${screen}.js`);
    return await module[makerOf(screen)](app, argument);
  } catch (error) {
    console.error(error);
    return {title: words.app.notShown, content: notice('bad', words.app.failed(messageOf(error))), back: '#/cases'};
  }
}


/** Shows what the address means; the screen that was there is left first. @param {App} app */
function follow(app) {
  /** @type {Screen|null} */
  let shown = null;
  let asked = 0;
  return async (/** @type {boolean} */ moved) => {
    const mine = ++asked, next = await screenAt(app, location.hash);
    if (mine !== asked) return next.leave?.();
    shown?.leave?.();
    show(shown = next);
    part('places').replaceChildren(...places(app.server.available, location.hash));
    if (moved) part('title').focus({preventScroll: true});
  };
}


/** @param {unknown} error */
function messageOf(error) {
  if (error instanceof Known) return refusal(error.why);
  return error instanceof Error ? error.message : String(error);
}


/** What nobody caught is said, and the page goes on. @param {unknown} error */
function failed(error) {
  console.error(error);
  say(words.app.failed(messageOf(error)));
}


async function start() {
  part('back').replaceChildren(el('span', {class: 'unseen'}, words.app.back));
  part('skip').textContent = words.app.skip;
  part('skip').onclick = event => { event.preventDefault(); part('main').focus(); };
  addEventListener('unhandledrejection', event => failed(event.reason));
  const showScreen = follow(await app());
  addEventListener('hashchange', () => showScreen(true).catch(failed));
  await showScreen(false);
}


start().catch(failed);
keptOffline().then(kept => { if (!kept) console.info(words.app.notKept); });
