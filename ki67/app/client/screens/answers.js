// What the server computed, and what readers said. Who is shown this gives no blind opinion from then on.

import {words} from '../words/en.js';
import {el, figures} from './made.js';

/** @typedef {import('../app.js').App} App */


/** @param {App} app @param {string} caseId on the server */
export async function caseResult(app, caseId) {
  const found = await app.server.caseResult(caseId), {n_positive, n_negative, ki67_index, ki67_low, ki67_high, interval_of, warnings} = found;
  return el('div', {class: 'stack'}, el('p', {}, words.assign.counts(found)),
    figures([[words.assign.index, words.percent(ki67_index)], [words.assign.interval[interval_of], words.assign.range(ki67_low, ki67_high)],
      [words.assign.positive, String(n_positive)], [words.assign.negative, String(n_negative)]]),
    warnings.length > 0 && el('ul', {class: 'soft'}, ...warnings.map(line => el('li', {}, line))));
}


/** Picture by picture. @param {App} app @param {string} caseId on the server */
export async function opinionsOf(app, caseId) {
  const pictures = await app.server.pictures(caseId);
  return el('ul', {class: 'list'}, ...await Promise.all(pictures.map(async (picture, i) =>
    el('li', {class: 'entry'}, el('div', {class: 'stack'}, el('span', {class: 'name'}, words.assign.picture(i + 1)), await opinions(app, picture))))));
}


/** @param {App} app @param {import('../server/views.js').ServerPicture} picture */
async function opinions(app, picture) {
  const said = await app.server.reviews(picture.id), network = picture.kind === 'field' && await networks(app, picture);
  return figures([...network ? [/** @type {[string, string]} */ ([words.opinion.network, network])] : [], ...said.map(review => /** @type {[string, import('./made.js').Child]} */ ([
    review.by.id === app.server.me?.id ? words.opinion.yours : review.by.name,
    el('span', {}, words.assign.opinionOf(review), review.comment && el('small', {class: 'by'}, review.comment)),
  ]))]);
}


/** @param {App} app @param {import('../server/views.js').ServerPicture} field */
async function networks(app, {id, state}) {
  return state === 'scored' ? words.percent((await app.server.result(id)).ki67_index) : words.opinion.noResult[state];
}
