// What is kept on this device, opened: with a passphrase where one was set.

import {Locked, Store} from '../store/device.js';
import {words} from '../words/en.js';
import {button, confirmed, el, field, notice} from './made.js';


/** @param {(screen: import('../app.js').Screen) => void} show @returns {Promise<Store>} */
export async function unlocked(show) {
  try {
    return await Store.open();
  } catch (error) {
    if (!(error instanceof Locked)) throw error;
    return new Promise(resolve => show(unlockScreen(resolve)));
  }
}


/** @param {(store: Store) => void} opened @returns {import('../app.js').Screen} */
function unlockScreen(opened) {
  const phrase = el('input', {type: 'password', autocomplete: 'current-password', required: true});
  const wrong = el('div', {role: 'alert'});
  const form = el('form', {class: 'card narrow'}, el('p', {}, words.unlock.line), field(words.unlock.phrase, phrase), wrong,
    el('button', {class: 'button main'}, words.unlock.open), button(words.unlock.forgotten, forgotten, 'quiet'));
  form.onsubmit = async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    try {
      opened(await Store.open(phrase.value));
    } catch (error) {
      if (!(error instanceof Locked)) throw error;
      wrong.replaceChildren(notice('bad', words.unlock.wrong));
      phrase.select();
    }
  };
  return {title: words.unlock.title, content: form};
}


/** The only way on without the passphrase. */
async function forgotten() {
  const {removeAll, removeAllSure, removeAllYes} = words.settings;
  if (!await confirmed(removeAll, removeAllSure, removeAllYes, words.cancel)) return;
  await Store.removeEverything();
  location.reload();
}
