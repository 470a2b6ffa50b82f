// How far readers and the network agree, as the server computes it from first blind opinions.

import {words} from '../words/en.js';
import {answered} from './asking.js';
import {drawnDifference} from './differences.js';
import {el, figures, notice, section} from './made.js';
import {signInScreen} from './sign_in.js';

/** @typedef {import('../app.js').App} App @typedef {import('../server/views.js').Pair} Pair @typedef {import('../server/views.js').Person} Person */


/** @param {App} app @returns {Promise<import('../app.js').Screen>} */
export async function agreementScreen(app) {
  if (!app.server.me) return signInScreen(app);
  const pairs = await app.outbox.allSaid() ? await answered(async () => drawn(await app.server.agreement())) : notice('caution', words.assign.saidFirst);
  return {title: words.agreement.title, content: el('div', {class: 'stack'}, el('p', {class: 'soft'}, words.agreement.line), pairs), back: '#/inbox'};
}


/** @param {Pair[]} pairs */
function drawn(pairs) {
  return pairs.length ? el('div', {class: 'pairs'}, ...pairs.map(part)) : el('p', {class: 'empty'}, words.agreement.none);
}


/** @param {Pair} pair */
function part(pair) {
  const title = words.agreement.pair(nameOf(pair.first), nameOf(pair.second)), {bias, lower, upper} = pair.difference;
  return section(title, el('p', {class: 'soft'}, words.agreement.basis(pair.n_pictures, pair.n_cases)),
    figures([[words.agreement.icc, words.agreement.estimate(pair.icc)],
      ...pair.kappas.map(({cut_offs, kappa}) => /** @type {[string, string]} */ ([words.agreement.kappa(cut_offs), words.agreement.estimate(kappa)])),
      [words.agreement.bias, words.agreement.points(bias)], [words.agreement.limits, words.agreement.range(lower, upper)]]),
    drawnDifference(pair.difference, words.agreement.drawing(title)));
}


/** @param {Person|null} person */
function nameOf(person) { return person?.name ?? words.agreement.network; }
