// Profiles of a phone on an ocular and an objective, measured once with a stage micrometer.

import {doubt, ontoLine, umPerPxOf} from '../camera/micrometer.js';
import {lightOf} from '../camera/light.js';
import {smaller, whole} from '../camera/reduced.js';
import {headerOf} from '../scorer/header.js';
import {Refused} from '../scorer/refused.js';
import {stripped} from '../scorer/stripped.js';
import {words} from '../words/en.js';
import {PROFILE} from './intake.js';
import {button, confirmed, el, field, notice, section} from './made.js';
import {twoTaps} from './taps.js';
import {refusal} from './told.js';

/** @typedef {import('../values.js').Profile} Profile @typedef {import('../app.js').App} App @typedef {import('../camera/micrometer.js').Point} Point */
/** @typedef {{blob: Blob, width: number, height: number}} Photograph */

const TAP = 1;          // pixel by which a tap may be off
const REACH = 0.01;     // of the picture's width, within which a tap finds its line
const ONE_DIVISION = 10, USUAL = 100;  // µm of a stage micrometer


/** @param {App} app @returns {Promise<import('../app.js').Screen>} */
export async function scaleScreen(app) {
  const content = el('div', {class: 'stack'});
  let release = () => {};
  const draw = async (/** @type {HTMLElement[]} */ ...said) => {
    release();
    content.replaceChildren(el('p', {}, words.scale.why), ...said, await profiles(app, draw), picked(measure));
  };
  const measure = async (/** @type {Blob} */ blob) => {
    try {
      const measured = measurement(app, await photograph(blob), draw);
      release = measured.release;
      content.replaceChildren(measured.content);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      await draw(notice('bad', refusal(error.why)));
    }
  };
  await draw();
  return {title: words.scale.title, content, leave: () => release()};
}


/** @param {Blob} blob @returns {Promise<Photograph>} */
async function photograph(blob) {
  const bytes = new Uint8Array(await blob.arrayBuffer()), {kind, width, height} = headerOf(bytes);
  return {blob: new Blob([stripped(bytes)], {type: kind}), width, height};
}


/** @param {App} app @param {() => Promise<void>} draw */
async function profiles(app, draw) {
  const all = await app.store.profiles();
  if (!all.length) return el('p', {class: 'empty'}, words.scale.none);
  return el('ul', {class: 'list wide'}, ...all.map(profile => el('li', {},
    el('div', {class: 'entry'}, el('span', {class: 'name'}, profile.name), el('small', {}, words.scale.profile(profile))),
    button(words.scale.remove, () => remove(app, profile, draw), 'quiet', {'aria-label': words.scale.removeThis(profile.name)}))));
}


/** @param {App} app @param {Profile} profile @param {() => Promise<void>} draw */
async function remove(app, {id, name}, draw) {
  if (!await confirmed(words.scale.removeThis(name), words.scale.removeLine, words.scale.remove, words.cancel)) return;
  await app.store.removeProfile(id);
  await draw();
}


/** @param {(blob: Blob) => Promise<void>} measure */
function picked(measure) {
  const input = el('input', {type: 'file', accept: 'image/*'});
  input.onchange = async () => {
    const [file] = input.files ?? [];
    input.value = '';
    if (file) await measure(file);
  };
  return section(words.scale.add, el('p', {class: 'soft'}, words.scale.addHint), el('label', {class: 'button main picker'}, input, words.scale.choose));
}


/** @param {App} app @param {Photograph} photo @param {() => Promise<void>} done */
function measurement(app, photo, done) {
  const light = smaller(photo.blob, whole(photo), photo).then(lightOf), reach = Math.ceil(REACH * photo.width);
  const name = el('input', {required: true, maxLength: 120, autocomplete: 'off'});
  const distance = el('input', {type: 'number', required: true, inputMode: 'decimal', min: 1, max: 10000, step: 'any', value: USUAL});
  const said = el('p', {role: 'status', class: 'measured'}), keep = el('button', {class: 'button main'}, words.scale.keep);
  const [one, other] = [0, 1], put = new Set();
  const scale = () => put.size === 2 ? umPerPxOf(taps.points[one], taps.points[other], distance.valueAsNumber) : NaN;
  const tell = () => {
    keep.disabled = !(scale() > 0);
    said.textContent = keep.disabled ? words.scale.notMeasured : words.scale.measured(scale(), doubt(taps.points[one], taps.points[other], TAP));
  };
  const moved = (/** @type {number} */ which) => {
    put.add(which);
    tell();
  };
  const snap = async (/** @type {number} */ which) => taps.move(which, ontoLine(await light, taps.points[which], taps.points[other - which], reach));
  const taps = twoTaps(photo, moved, snap);
  distance.oninput = tell;
  const form = el('form', {class: 'card'}, el('p', {}, words.scale.tap), field(words.scale.distance, distance, words.scale.distanceHint(ONE_DIVISION)), said,
    field(words.scale.name, name, words.scale.nameHint), el('div', {class: 'row'}, keep, button(words.cancel, () => done(), 'quiet')));
  form.onsubmit = async event => {
    event.preventDefault();
    await keepProfile(app, {id: crypto.randomUUID(), name: name.value.trim(), umPerPx: scale(), width: photo.width, height: photo.height, made: Date.now()});
    await done();
  };
  tell();
  return {content: el('div', {class: 'columns'}, taps.stage, form), release: taps.release};
}


/** From now on it is used for new pictures. @param {App} app @param {Profile} profile */
async function keepProfile(app, profile) {
  await app.store.putProfile(profile);
  await app.store.putSetting(PROFILE, profile.id);
  app.say(words.scale.kept(profile.name));
}
