// What is kept on this device and how, everything at once, and what counts here.

import {handOut} from '../exports/handed_out.js';
import {everythingFile} from '../store/case_file.js';
import {words} from '../words/en.js';
import {ask, asking, renewed} from './asking.js';
import {importing} from './importing.js';
import {confirmed, el, field, figures, notice, section} from './made.js';
import {passphraseSection} from './passphrase.js';

/** @typedef {import('../app.js').App} App */


/** @param {App} app @returns {Promise<import('../app.js').Screen>} */
export async function settingsScreen(app) {
  const kept = await Promise.all([readerSection, passphraseSection, keptSection].map(part => renewed(again => part(app, again))));
  const content = el('div', {class: 'columns even'}, el('div', {class: 'stack'}, ...kept), el('div', {class: 'stack'}, everythingSection(app), aboutSection(app)));
  return {title: words.settings.title, content};
}


/** @param {App} app */
async function readerSection(app) {
  const name = el('input', {value: await app.store.reader(), maxLength: 120, autocomplete: 'name'});
  return section(words.settings.reader, asking([field(words.settings.readerName, name, words.settings.readerHint)], words.settings.nameReader, async () => {
    await app.store.nameReader(name.value.trim());
    app.say(words.settings.readerNamed);
  }));
}


/** @param {App} app @param {() => Promise<void>} again */
async function keptSection(app, again) {
  const {usage, quota} = await navigator.storage.estimate?.() ?? {}, held = await navigator.storage.persisted?.() ?? false;
  const hold = ask(app, words.settings.hold, async () => {
    app.say(await navigator.storage.persist() ? words.settings.isHeld : words.settings.notHeld);
    await again();
  });
  return section(words.settings.kept, figures([
    [words.settings.cases, words.number((await app.store.cases()).length)], [words.settings.used, size(usage)],
    [words.settings.room, size(quota)], [words.settings.held, held ? words.settings.yes : words.settings.no]]),
  held ? null : notice('caution', words.settings.evicted), held ? null : el('div', {class: 'row'}, hold));
}


/** @param {number|undefined} bytes */
function size(bytes) { return bytes === undefined ? words.settings.unknown : words.megabytes(bytes); }


/** @param {App} app */
function everythingSection(app) {
  const exportAll = ask(app, words.settings.exportAll, async () => {
    await handOut([{name: 'ki67.case.zip', content: await everythingFile(app.store)}], 'ki67.case.zip');
  });
  return section(words.settings.everything, el('p', {}, words.settings.exportAllHint), el('div', {class: 'row'}, exportAll),
    el('h3', {}, words.save.import), importing(app),
    el('h3', {}, words.settings.removeAll), el('p', {}, words.settings.removeAllLine), el('div', {class: 'row'}, ask(app, words.settings.removeAll, () => removeAll(app), 'danger')));
}


/** @param {App} app */
async function removeAll(app) {
  const {removeAll: title, removeAllSure, removeAllYes} = words.settings;
  if (!await confirmed(title, removeAllSure, removeAllYes, words.cancel)) return;
  await app.store.removeEverything();
  location.replace(location.pathname);
}


/** The network is asked only here, and the screen does not wait for it. @param {App} app */
function aboutSection(app) {
  const facts = el('div', {class: 'stack'}, el('p', {class: 'soft'}, words.app.wait));
  app.scorer.then(({network, threads}) => facts.replaceChildren(figures([
    [words.settings.network, network.digest.slice(0, 8)], [words.settings.trainedOn, words.settings.trained(network.trainedOn)],
    [words.settings.learntAt, words.result.scale(network.fieldUmPerPx, true)], [words.settings.countsWith, words.settings.threads(threads)]]),
  network.trainedOn === 'simulated' ? notice('caution', words.settings.simulated) : ''),
  () => facts.replaceChildren(el('p', {class: 'soft'}, words.settings.noScorer)));
  return section(words.settings.about, el('p', {}, el('strong', {}, words.app.researchUse)), facts, el('p', {}, words.settings.here), el('small', {}, words.settings.licence));
}
