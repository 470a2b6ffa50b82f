// Accounts, for administrators: who is there, who may come in. No case is seen from here.

import {words} from '../words/en.js';
import {ask, renewed} from './asking.js';
import {button, el, field, notice, section, toggle} from './made.js';

/** @typedef {import('../app.js').App} App @typedef {import('../server/views.js').Account} Account */


/** @param {App} app */
export async function accountsSection(app) {
  const made = el('div', {role: 'status'}), administrator = toggle(words.signIn.asAdministrator, false);
  const show = (/** @type {import('../server/views.js').Link} */ {link}, /** @type {string} */ line) => made.replaceChildren(linkNotice(app, link, line));
  const invite = ask(app, words.signIn.invite, async () => {
    show(await app.server.newLink({kind: 'invitation', administrator: administrator.on()}), words.signIn.invitation);
  }, 'main');
  const list = await renewed(async again => el('ul', {class: 'list'}, ...(await app.server.accounts()).map(account => row(app, account, show, again))));
  return section(words.signIn.accounts, el('div', {class: 'row'}, invite, administrator), made, list);
}


/** A link is told once; no mail is sent. @param {App} app @param {string} link @param {string} line */
function linkNotice(app, link, line) {
  const shown = el('input', {readOnly: true, value: link, onfocus: () => shown.select()});
  const copy = button(words.signIn.copy, async () => {
    await navigator.clipboard.writeText(link);
    app.say(words.signIn.copied);
  });
  return notice('good', el('div', {class: 'stack'}, field(line, shown, words.signIn.handOver), el('div', {class: 'row'}, copy)));
}


/** @param {App} app @param {Account} account @param {(link: import('../server/views.js').Link, line: string) => void} show @param {() => Promise<void>} again */
function row(app, account, show, again) {
  const isOpen = account.disabled_at === null, isMe = account.id === app.server.me?.id;
  const change = async () => { await app.server.changeAccount(account.id, {disabled: isOpen}); await again(); };
  const reset = async () => show(await app.server.newLink({kind: 'reset', account_id: account.id}), words.signIn.reset(account.name));
  return el('li', {class: 'entry'}, el('span', {}, el('span', {class: 'name'}, account.name), el('small', {}, words.signIn.accountLine(account))),
    !isMe && el('span', {class: 'row'}, ask(app, words.signIn.newReset, reset, 'quiet'), ask(app, isOpen ? words.signIn.shut : words.signIn.reopen, change, 'quiet')));
}
