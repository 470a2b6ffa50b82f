// People whom one asks for second opinions; found by their login, for there is no list of everybody.

import {Declined} from '../server/asked.js';
import {words} from '../words/en.js';
import {ask, asking, renewed} from './asking.js';
import {el, field, section} from './made.js';
import {signInScreen} from './sign_in.js';

/** @typedef {import('../app.js').App} App */

const NOT_FOUND = 404;


/** @param {App} app @returns {Promise<import('../app.js').Screen>} */
export async function contactsScreen(app) {
  if (!app.server.me) return signInScreen(app);
  const list = await renewed(again => contacts(app, again));
  return {title: words.contacts.title, content: el('div', {class: 'narrow'}, section(words.contacts.title, list)), back: '#/inbox'};
}


/** @param {App} app @param {() => Promise<void>} again */
async function contacts(app, again) {
  const login = el('input', {required: true, autocomplete: 'off', autocapitalize: 'none', spellcheck: false});
  const add = asking([field(words.contacts.login, login)], words.contacts.add, async () => {
    await app.server.addContact((await found(app, login.value.trim())).id);
    await again();
  });
  const rows = (await app.server.contacts()).map(({id, name, login: known}) => el('li', {class: 'entry'},
    el('span', {}, el('span', {class: 'name'}, name), el('small', {}, known)),
    ask(app, words.contacts.remove, async () => { await app.server.removeContact(id); await again(); }, 'quiet')));
  return el('div', {class: 'stack'}, rows.length ? el('ul', {class: 'list'}, ...rows) : el('p', {class: 'soft'}, words.contacts.none), add);
}


/** @param {App} app @param {string} login */
async function found(app, login) {
  try { return await app.server.person(login); } catch (error) {
    if (error instanceof Declined && error.status === NOT_FOUND) throw new Declined(words.contacts.notFound, NOT_FOUND, null);
    throw error;
  }
}
