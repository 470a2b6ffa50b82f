// The cases on this device, and a new one.

import {words} from '../words/en.js';
import {button, choice, el, field, sheet, toggle} from './made.js';
import {casesElsewhere} from './elsewhere.js';
import {sentLine} from './sent.js';

/** @typedef {import('../values.js').Case} Case @typedef {import('../app.js').App} App */

const LONGEST_NAME = 120;  // letters, as the service has it
const SAYS_SOMETHING = '.*\\S.*';  // blanks are no name


/** @param {App} app @returns {Promise<import('../app.js').Screen>} */
export async function casesScreen(app) {
  const cases = (await app.store.cases()).sort((a, b) => b.made - a.made);
  const rows = await Promise.all(cases.map(one => row(app, one)));
  const list = rows.length ? el('ul', {class: 'list wide'}, ...rows) : el('p', {class: 'empty'}, words.cases.none);
  const add = el('div', {class: 'row'}, button(words.cases.add, () => newCase(app), 'main'));
  return {title: words.cases.title, content: el('div', {class: 'stack'}, add, app.server.available && sentLine(app), list, casesElsewhere(app), el('p', {class: 'soft'}, words.app.researchUse))};
}


/** @param {App} app @param {Case} one */
async function row(app, one) {
  const pictures = await app.store.pictures(one.id), counted = pictures.filter(picture => picture.state === 'counted').length;
  const line = [words.cases.pictures(pictures.length), counted && words.cases.counted(counted, pictures.length)].filter(Boolean).join(' · ');
  return el('li', {}, el('a', {href: `#/case/${one.id}`}, el('span', {}, el('span', {class: 'name'}, one.name), el('small', {}, line)),
    el('span', {class: 'end'}, one.blind && el('span', {class: 'tag'}, words.cases.isBlind))));
}


/** Asks for what a case needs, makes it, and goes there. @param {App} app */
async function newCase(app) {
  const name = el('input', {required: true, pattern: SAYS_SOMETHING, maxLength: LONGEST_NAME, autocomplete: 'off'});
  const cutOffs = choice(words.cases.cutOffs, [['paper', words.cutOffs.paper], ['consensus', words.cutOffs.consensus]], 'paper');
  const blind = toggle(words.cases.blind, false, undefined, words.cases.blindHint);
  const content = [field(words.cases.name, name, words.cases.nameHint), cutOffs, blind];
  if (!await sheet(words.cases.add, content, words.cases.create, words.cancel).closed) return;
  const id = crypto.randomUUID();
  await app.store.putCase({id, name: name.value.trim(), made: Date.now(), blind: blind.on(), cutOffs: cutOffs.chosen(), remote: null});
  app.go(`#/case/${id}`);
}
