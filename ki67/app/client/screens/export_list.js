// What of a case can be taken out: a row each, with the deed at its end.

import {contentOf} from '../exports/content.js';
import {FILES} from '../exports/files.js';
import {fileName, handOut} from '../exports/handed_out.js';
import {print} from '../exports/printed.js';
import {words} from '../words/en.js';
import {ask} from './asking.js';
import {el, section} from './made.js';

/** @typedef {import('../values.js').Case} Case @typedef {import('../app.js').App} App */


/** @param {App} app @param {Case} one */
export async function exportList(app, one) {
  const {fields} = await contentOf(app.store, one), missing = fields.filter(({result}) => !result).length;
  const files = /** @type {(keyof typeof FILES)[]} */ (Object.keys(FILES));
  const rows = files.map(name => row(words.save[name], words.save[`${name}Hint`], ask(app, words.save.take, () => take(app, one, name))));
  const page = row(words.save.print, words.save.printHint, ask(app, words.save.toPrint, () => toPrint(app, one)));
  return section(words.save.export, missing ? el('p', {class: 'soft'}, words.save.hidden(missing)) : null,
    el('ul', {class: 'list exports'}, page, ...rows), el('small', {}, words.save.line));
}


/** @param {string} name @param {string} hint @param {HTMLButtonElement} deed */
function row(name, hint, deed) {
  deed.setAttribute('aria-label', `${deed.textContent}: ${name}`);
  return el('li', {class: 'entry'}, el('span', {}, el('span', {class: 'name'}, name), el('small', {}, hint)), deed);
}


/** @param {App} app @param {Case} one @param {keyof typeof FILES} name */
async function take(app, one, name) {
  const files = await FILES[name](await contentOf(app.store, one), app.store), called = fileName(one.name);
  if (!files.length) return app.say(words.save.nothing);
  await handOut(files.map(file => ({...file, name: `${called}.${file.name}`})), `${called}.${name}.zip`);
}


/** @param {App} app @param {Case} one */
async function toPrint(app, one) {
  await print(await contentOf(app.store, one), app.store, (await app.scorer).network.trainedOn);
}
