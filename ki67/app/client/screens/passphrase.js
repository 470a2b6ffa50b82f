// The passphrase under which this device keeps everything: set, changed, taken away.

import {words} from '../words/en.js';
import {asking} from './asking.js';
import {el, field, notice, section} from './made.js';

/** @typedef {import('../app.js').App} App */

const SHORTEST = 12;  // letters, as the service asks of a password


/** @param {App} app @param {() => Promise<void>} again */
export async function passphraseSection(app, again) {
  const after = (/** @type {string} */ line) => { app.say(line); return again(); };
  if (!app.store.isSealed) return section(words.settings.passphrase, el('p', {}, words.settings.isOpen), folded(words.settings.set, setting(app, after)));
  if (!await app.store.isDone()) return section(words.settings.passphrase, asking([notice('caution', words.settings.halfDone)], words.settings.finish, async () => {
    await app.store.finishPassphrase();
    await after(words.settings.wasFinished);
  }));
  return section(words.settings.passphrase, notice('good', words.settings.isSealed),
    folded(words.settings.change, changing(app, after)), folded(words.settings.unset, unsetting(app, after)));
}


/** @param {string} title @param {HTMLElement} form */
function folded(title, form) { return el('details', {}, el('summary', {}, title), form); }


/** @param {App} app @param {(line: string) => Promise<void>} after */
function setting(app, after) {
  const {fields, chosen} = newPhrase();
  return asking([notice('caution', words.settings.lost), ...fields], words.settings.set, async () => {
    await app.store.setPassphrase(chosen());
    await after(words.settings.wasSet);
  });
}


/** @param {App} app @param {(line: string) => Promise<void>} after */
function changing(app, after) {
  const old = phrase('current-password'), {fields, chosen} = newPhrase();
  return asking([field(words.settings.old, old), ...fields], words.settings.change, async () => {
    await app.store.changePassphrase(old.value, chosen());
    await after(words.settings.wasChanged);
  });
}


/** @param {App} app @param {(line: string) => Promise<void>} after */
function unsetting(app, after) {
  const old = phrase('current-password');
  return asking([field(words.settings.old, old)], words.settings.unset, async () => {
    await app.store.removePassphrase(old.value);
    await after(words.settings.wasUnset);
  });
}


/** Typed twice, for nobody can restore it. */
function newPhrase() {
  const first = phrase('new-password', SHORTEST), second = phrase('new-password', SHORTEST);
  const check = () => second.setCustomValidity(first.value === second.value ? '' : words.settings.notTwice);
  first.oninput = second.oninput = check;
  return {fields: [field(words.settings.phrase, first, words.settings.phraseHint), field(words.settings.twice, second)], chosen: () => first.value};
}


/** @param {string} autocomplete @param {number} [minLength] */
function phrase(autocomplete, minLength = 1) { return el('input', {type: 'password', autocomplete, minLength, required: true}); }
