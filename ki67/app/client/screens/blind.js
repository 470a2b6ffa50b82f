// (c) One's own count, before the network's is seen.

import {inWhole, lookedAt} from '../store/looked_at.js';
import {standingResult} from '../store/standing.js';
import {words} from '../words/en.js';
import {countingView} from './counting.js';
import {notice} from './made.js';
import {sightOf} from './sight.js';

/** @typedef {import('../app.js').App} App @typedef {import('../app.js').Screen} Screen */
/** @typedef {import('../values.js').Picture} Picture @typedef {import('./counting.js').Opinion} Opinion */


/** @param {App} app @param {string} pictureId @returns {Promise<Screen>} */
export async function blindScreen(app, pictureId) {
  const {title, notBlind, line} = words.blind, picture = await app.store.picture(pictureId);
  if (!picture) return {title, content: notice('bad', words.refused.gone()), back: '#/cases'};
  const {seen} = await sightOf(app.store, picture);
  const view = await countingView(await lookedAt(picture, await app.store.pixels(pictureId)), {
    umPerPx: picture.umPerPx, line: seen ? notBlind : line, save: (opinion) => saved(app, picture, opinion),
  });
  return {title, content: view.element, back: `#/case/${picture.case}`, leave: view.leave};
}


/** Keep it, and go on to what the network found. @param {App} app @param {Picture} picture @param {Opinion} opinion */
async function saved(app, picture, opinion) {
  const {seen} = await sightOf(app.store, picture), now = await app.store.picture(picture.id), counted = now && await standingResult(app.store, now);
  await app.store.addReview({
    ...opinion, cells: opinion.cells && inWhole(picture, opinion.cells), id: crypto.randomUUID(), picture: picture.id, made: Date.now(),
    startedFrom: 'nothing', blind: !seen, remote: null,
  });
  app.say(counted ? words.blind.saved : words.blind.savedNotCounted);
  app.go(counted ? `#/picture/${picture.id}/beside` : `#/picture/${picture.id}`);
}
