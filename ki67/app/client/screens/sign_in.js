// In, by a password, a passkey or a link that somebody handed over; and one's own account once one is in.

import {hasPasskeys, signInByPasskey, wasLeft} from '../server/passkeys.js';
import {words} from '../words/en.js';
import {accountScreen} from './account.js';
import {ask, asking} from './asking.js';
import {choice, el, field, notice, section} from './made.js';

/** @typedef {import('../app.js').App} App @typedef {import('../app.js').Screen} Screen */

const SHORTEST = 12;  // letters of a new password, as the service has it


/** @param {App} app @param {string} [token] of a link @returns {Promise<Screen>} */
export async function signInScreen(app, token) {
  if (!app.server.available) return {title: words.signIn.title, content: notice('note', words.server.none), back: '#/cases'};
  if (token) return {title: words.signIn.linkTitle, content: linkForm(app, token)};
  return app.server.me ? accountScreen(app, app.server.me) : {title: words.signIn.title, content: ways(app), back: '#/cases'};
}


/** @param {App} app */
function ways(app) {
  const login = input('username', {autocapitalize: 'none', spellcheck: false}), password = input('current-password', {type: 'password'});
  const form = asking([field(words.signIn.login, login), field(words.signIn.password, password)], words.signIn.enter, async () => {
    await app.server.signIn(login.value.trim(), password.value);
    app.go('#/inbox');
  });
  const away = !app.server.reachable && notice('caution', words.server.noAnswer);
  return el('div', {class: 'stack narrow'}, el('p', {}, words.signIn.line), away, section(words.signIn.byPassword, form),
    hasPasskeys() && section(words.signIn.byPasskey, el('p', {}, words.signIn.passkeyLine), passkeyButton(app)));
}


/** @param {App} app */
function passkeyButton(app) {
  return ask(app, words.signIn.usePasskey, async () => {
    try {
      await signInByPasskey(app.server);
      app.go('#/inbox');
    } catch (error) {
      if (!wasLeft(error)) throw error;
      app.say(words.signIn.passkeyLeft);
    }
  });
}


/** A link opens a new account, or an old one by a new password; which, its holder knows. @param {App} app @param {string} token */
function linkForm(app, token) {
  const login = input('username', {autocapitalize: 'none', spellcheck: false}), name = input('name'), password = input('new-password', {type: 'password', minLength: SHORTEST});
  const newcomer = el('div', {class: 'stack'}, field(words.signIn.login, login, words.signIn.loginHint), field(words.signIn.name, name, words.signIn.nameHint));
  const which = choice(words.signIn.which, [['new', words.signIn.isNew], ['reset', words.signIn.isReset]], 'new', chosen => {
    newcomer.hidden = login.disabled = name.disabled = chosen === 'reset';
  });
  const form = asking([which, newcomer, field(words.signIn.newPassword, password, words.signIn.passwordHint(SHORTEST))], words.signIn.open, async () => {
    const person = which.chosen() === 'new' ? {login: login.value.trim(), name: name.value.trim()} : {};
    const me = await app.server.openLink(token, {password: password.value, ...person});
    await app.server.signIn(me.login, password.value);
    location.replace('#/sign-in');  // the used link stays in no history
  });
  return el('div', {class: 'stack narrow'}, el('p', {}, words.signIn.linkLine), section(words.signIn.linkAbout, form));
}


/** @param {string} autocomplete @param {import('./made.js').Properties} [more] */
function input(autocomplete, more) { return el('input', {autocomplete, required: true, ...more}); }
