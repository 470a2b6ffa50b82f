// What others asked one for, and the ways to one's account, contacts and agreement.

import {words} from '../words/en.js';
import {answered} from './asking.js';
import {el, link, section} from './made.js';
import {sentLine} from './sent.js';
import {signInScreen} from './sign_in.js';

/** @typedef {import('../app.js').App} App @typedef {import('../server/views.js').Assignment} Assignment */


/** @param {App} app @returns {Promise<import('../app.js').Screen>} */
export async function inboxScreen(app) {
  if (!app.server.me) return signInScreen(app);
  const ways = el('nav', {class: 'row', 'aria-label': words.inbox.title}, link(words.inbox.contacts, '#/contacts'),
    link(words.inbox.agreement, '#/agreement'), link(words.inbox.account, '#/sign-in'));
  const list = await answered(async () => assignments(await app.server.inbox()));
  return {title: words.inbox.title, content: el('div', {class: 'stack'}, ways, sentLine(app), section(words.inbox.asked, list))};
}


/** @param {Assignment[]} found */
function assignments(found) {
  return found.length ? el('ul', {class: 'list wide'}, ...found.map(row)) : el('p', {class: 'empty'}, words.inbox.none);
}


/** @param {Assignment} asked */
function row({case_id, case_name, by, created_at, message, n_said, n_pictures, done_at}) {
  const what = el('span', {}, el('span', {class: 'name'}, case_name ?? words.inbox.unnamed), el('small', {}, words.inbox.by(by.name, words.day(created_at))),
    message && el('span', {class: 'message'}, message));
  const state = done_at ? words.inbox.done : words.inbox.given(n_said, n_pictures);
  return el('li', {}, el('a', {href: `#/opinion/${case_id}`}, what, el('span', {class: 'end'}, el('span', {class: 'tag'}, state))));
}
