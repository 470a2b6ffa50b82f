// One's own account: what is sent, passkeys, out again; for administrators, who else may come in.

import {addPasskey, hasPasskeys, wasLeft} from '../server/passkeys.js';
import {words} from '../words/en.js';
import {accountsSection} from './accounts.js';
import {ask, asking, renewed} from './asking.js';
import {el, field, section} from './made.js';
import {sentLine} from './sent.js';

/** @typedef {import('../app.js').App} App */


/** @param {App} app @param {import('../server/views.js').Me} me @returns {Promise<import('../app.js').Screen>} */
export async function accountScreen(app, me) {
  const passkeys = hasPasskeys() && section(words.signIn.passkeys, el('p', {}, words.signIn.passkeyLine), await renewed(again => ownPasskeys(app, again)));
  const own = el('div', {class: 'stack'}, whoSection(app, me), passkeys || '');
  return {title: words.signIn.account, content: el('div', {class: 'columns'}, own, me.is_administrator ? await accountsSection(app) : ''), back: '#/inbox'};
}


/** @param {App} app @param {import('../server/views.js').Me} me */
function whoSection(app, me) {
  const out = (/** @type {boolean} */ everywhere) => async () => {
    await app.server.signOut(everywhere);
    app.go('#/cases');
  };
  return section(me.name, el('p', {class: 'soft'}, words.signIn.who(me)), sentLine(app), el('div', {class: 'row'},
    ask(app, words.signIn.leave, out(false)), ask(app, words.signIn.leaveEverywhere, out(true), 'danger')));
}


/** @param {App} app @param {() => Promise<void>} again */
async function ownPasskeys(app, again) {
  const name = el('input', {required: true, maxLength: 120, autocomplete: 'off'});
  const add = asking([field(words.signIn.device, name, words.signIn.deviceHint)], words.signIn.addPasskey, async () => {
    try { await addPasskey(app.server, name.value.trim()); } catch (error) {
      if (!wasLeft(error)) throw error;
      return app.say(words.signIn.passkeyLeft);
    }
    await again();
  });
  const rows = (await app.server.passkeys()).map(passkey => el('li', {class: 'entry'},
    el('span', {}, el('span', {class: 'name'}, passkey.name), el('small', {}, words.signIn.since(words.day(passkey.created_at)))),
    ask(app, words.signIn.forget, async () => { await app.server.forgetPasskey(passkey.id); await again(); }, 'quiet')));
  return el('div', {class: 'stack'}, rows.length ? el('ul', {class: 'list'}, ...rows) : '', add);
}
