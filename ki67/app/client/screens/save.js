// (f) A case saved: its name, what can be taken out of it, a case file to go on with elsewhere, and its end.

import {fileName, handOut} from '../exports/handed_out.js';
import {caseFile, picturesFile} from '../store/case_file.js';
import {words} from '../words/en.js';
import {ask, asking} from './asking.js';
import {exportList} from './export_list.js';
import {importing} from './importing.js';
import {confirmed, el, field, section} from './made.js';

/** @typedef {import('../values.js').Case} Case @typedef {import('../app.js').App} App */


/** @param {App} app @param {string} caseId @returns {Promise<import('../app.js').Screen>} */
export async function saveScreen(app, caseId) {
  const one = await app.store.case(caseId);
  if (!one) throw new Error(words.case.gone);
  const side = el('div', {class: 'stack'}, nameSection(app, one), fileSection(app, one, await app.store.reader()), section(words.save.import, importing(app)), endSection(app, one));
  return {title: words.save.title, content: el('div', {class: 'columns even'}, await exportList(app, one), side), back: `#/case/${one.id}`};
}


/** @param {App} app @param {Case} one */
function nameSection(app, one) {
  const name = el('input', {value: one.name, required: true, maxLength: 120, autocomplete: 'off'});
  return el('section', {class: 'card'}, asking([field(words.save.name, name, words.cases.nameHint)], words.save.rename, async () => {
    one.name = name.value.trim() || one.name;
    await app.store.putCase({...await app.store.case(one.id) ?? one, name: one.name});
    app.say(words.save.renamed);
  }));
}


/** @param {App} app @param {Case} one @param {string} reader */
function fileSection(app, one, reader) {
  const whole = ask(app, words.save.whole, async () => give(await caseFile(app.store, one), `${fileName(one.name)}.case.zip`), 'main');
  const bare = ask(app, words.save.bare, async () => give(await picturesFile(app.store, one), `${fileName(one.name)}.pictures.zip`));
  return section(words.save.file, el('p', {}, words.save.fileLine), el('p', {class: 'soft'}, words.save.asReader(reader)), el('div', {class: 'row'}, whole),
    el('h3', {}, words.save.other), el('p', {}, words.save.otherHint), el('div', {class: 'row'}, bare));
}


/** @param {Blob} content @param {string} name */
function give(content, name) { return handOut([{name, content}], name); }


/** @param {App} app @param {Case} one */
function endSection(app, one) {
  return section(words.save.remove, el('p', {}, words.save.removeLine), el('div', {class: 'row'}, ask(app, words.save.remove, async () => {
    if (!await confirmed(words.save.remove, words.save.removeSure(one.name), words.save.removeYes, words.cancel)) return;
    await app.store.removeCase(one.id);
    app.say(words.save.removed);
    app.go('#/cases');
  }, 'danger')));
}
