// (c) One's own count, before the network's is seen.

import {draftOf, keepDraft} from '../store/drafts.js';
import {inWhole, lookedAt, withinPart} from '../store/looked_at.js';
import {standingResult} from '../store/standing.js';
import {words} from '../words/en.js';
import {countingView} from './counting.js';
import {notice} from './made.js';
import {sightOf} from './sight.js';

/** @typedef {import('../app.js').App} App @typedef {import('../app.js').Screen} Screen */
/** @typedef {import('../values.js').Picture} Picture @typedef {import('./counting.js').Opinion} Opinion
 * @typedef {import('../store/drafts.js').Draft} Draft @typedef {import('../store/drafts.js').Begun} Begun */


/** @param {App} app @param {string} pictureId @returns {Promise<Screen>} */
export async function blindScreen(app, pictureId) {
  const {title, notBlind, line} = words.blind, picture = await app.store.picture(pictureId);
  if (!picture) return {title, content: notice('bad', words.refused.gone()), back: '#/cases'};
  const {seen} = await sightOf(app.store, picture), draft = await draftOf(app.store, pictureId, 'nothing');
  const view = await countingView(await lookedAt(picture, await app.store.pixels(pictureId)), {
    umPerPx: picture.umPerPx, line: seen ? notBlind : line, draft: draft && inLooked(picture, draft),
    begun: (said) => keepDraft(app.store, pictureId, 'nothing', said && inPicture(picture, said)), save: (opinion) => saved(app, picture, opinion),
  });
  return {title, content: view.element, back: `#/case/${picture.case}`, leave: view.leave};
}


/** Keep it, and go on to what the network found. @param {App} app @param {Picture} picture @param {Opinion} opinion */
async function saved(app, picture, opinion) {
  const {seen} = await sightOf(app.store, picture), now = await app.store.picture(picture.id), counted = now && await standingResult(app.store, now);
  await app.store.addReview({
    ...inPicture(picture, opinion), id: crypto.randomUUID(), picture: picture.id, made: Date.now(),
    startedFrom: 'nothing', blind: !seen, by: null, remote: null,
  });
  await keepDraft(app.store, picture.id, 'nothing', null);
  app.say(counted ? words.blind.saved : words.blind.savedNotCounted);
  app.go(counted ? `#/picture/${picture.id}/beside` : `#/picture/${picture.id}`);
}


/** The part may be another since it was begun. @param {Picture} picture @param {Draft} draft @returns {Draft} */
function inLooked(picture, draft) { return {...draft, cells: draft.cells && withinPart(picture, draft.cells)}; }


/** @template {Begun} Said @param {Picture} picture @param {Said} opinion of the part that was looked at @returns {Said} */
function inPicture(picture, opinion) { return {...opinion, cells: opinion.cells && inWhole(picture, opinion.cells)}; }
