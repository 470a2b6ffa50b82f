// A case file taken in, whichever screen it is chosen on.

import {takeFile} from '../store/case_file.js';
import {words} from '../words/en.js';
import {lineOf} from './asking.js';
import {el} from './made.js';

/** @typedef {import('../app.js').App} App */


/** @param {App} app @param {() => unknown} [after] */
export function importing(app, after = () => undefined) {
  const input = el('input', {type: 'file', accept: '.zip,application/zip', 'aria-label': words.save.choose});
  input.onchange = async () => {
    const [file] = input.files ?? [];
    if (!file) return;
    app.say(words.app.wait);
    try { app.say(words.save.taken(await takeFile(app.store, file))); } catch (error) { app.say(lineOf(error)); }
    input.value = '';
    await after();
  };
  return el('div', {class: 'stack'}, el('div', {class: 'row'}, el('label', {class: 'button picker'}, words.save.choose, input)), el('small', {}, words.save.importLine));
}
