// The three ways to count a field oneself.

import {cellsOf, NEGATIVE, POSITIVE} from '../scorer/cells.js';
import {counts, ki67Index, tumourCells} from '../scorer/scores.js';
import {Editor} from '../viewer/editor.js';
import {CLASSES} from '../viewer/kinds.js';
import {sign} from '../viewer/legend.js';
import {radiusOf} from '../viewer/size.js';
import {looks, oneByOne, pen, stage, steps} from '../viewer/stage.js';
import {words} from '../words/en.js';
import {button, el, field, section} from './made.js';

/** @typedef {import('./counting.js').Way} Way @typedef {import('../values.js').Cells} Cells */

const NEAR = 10; // CSS px: nuclei lie close, and a tap beside a mark means another cell


/**
 * Marks on the picture. `rest`: they are hidden and a tap does nothing, while another way is chosen.
 * @param {Blob} blob @param {number|null} umPerPx @param {Cells|null} draft @param {() => void} onChange @returns {Promise<Way & {stage: HTMLElement, rest: (resting: boolean) => void, leave: () => void}>}
 */
export async function marking(blob, umPerPx, draft, onChange) {
  const heard = el('p', {class: 'soft', role: 'status'});
  const editor = await Editor.open(blob, cellsOf([]), {
    kinds: CLASSES, radius: radiusOf(umPerPx), label: words.blind.marks, keys: words.cells.keys, reach: NEAR, marking: true,
    changed: (cells) => { refresh(cells); heard.textContent = spoken(cells); onChange(); },
    chosen: (cell, {label}) => { heard.textContent = words.cells.at(cell + 1, label.length, nameOf(label[cell])); },
  }, draft);
  const seen = looks(editor.viewer, CLASSES), back = steps(editor);
  const refresh = (/** @type {Cells} */ cells) => {
    seen.count(cells);
    back.refresh();
  };
  refresh(editor.cells);
  const hint = el('p', {class: 'soft'}, words.blind.marksHint);
  const side = el('section', {class: 'card'}, pen(editor, CLASSES), seen.element, heard, hint, oneByOne(editor));
  const opinion = () => editor.cells.label.length ? {kind: /** @type {const} */ ('cells'), ...numbers(editor.cells), estimate: null, cells: editor.cells} : null;
  return {side, opinion, stage: stage(editor.viewer, ...back.buttons), rest: (resting) => { editor.resting = resting; }, leave: () => editor.viewer.close()};
}


/** Two large counters. @param {{nPositive: number|null, nNegative: number|null}|null} draft @param {() => void} onChange @returns {Way} */
export function tallying(draft, onChange) {
  /** @type {Record<number, number>} */ const counted = {[POSITIVE]: draft?.nPositive ?? 0, [NEGATIVE]: draft?.nNegative ?? 0};
  const index = el('p', {class: 'soft', role: 'status'});
  const tally = (/** @type {number} */ label) => {
    const number = el('span', {class: 'number'}, String(counted[label])), name = nameOf(label);
    const add = (/** @type {number} */ by) => () => {
      counted[label] = Math.max(0, counted[label] + by);
      number.textContent = String(counted[label]);
      index.textContent = spokenOf(counted[POSITIVE], counted[NEGATIVE]);
      onChange();
    };
    const more = button('', add(1));
    more.append(sign(CLASSES[label - 1]), number, ` ${name}`, el('span', {class: 'unseen'}, words.blind.more(name)));
    return el('div', {class: 'tally'}, more, button('−1', add(-1), 'quiet', {ariaLabel: words.blind.less(name)}));
  };
  const side = section(words.blind.tally, el('p', {class: 'soft'}, words.blind.tallyHint),
    el('div', {class: 'tallies'}, tally(POSITIVE), tally(NEGATIVE)), index);
  const opinion = () => counted[POSITIVE] + counted[NEGATIVE] === 0 ? null
    : {kind: /** @type {const} */ ('count'), nPositive: counted[POSITIVE], nNegative: counted[NEGATIVE], estimate: null, cells: null};
  return {side, opinion};
}


/** A share in percent: a slider and a field that follow each other. @param {number|null} draft @param {() => void} onChange @returns {Way} */
export function estimating(draft, onChange) {
  const start = draft === null ? '' : String(Math.round(100 * draft));
  const range = {min: '0', max: '100', step: '1'}, slider = el('input', {type: 'range', ...range, value: start || '0', 'aria-label': words.blind.estimateHint});
  const number = el('input', {type: 'number', ...range, inputMode: 'numeric', value: start});
  slider.oninput = () => { number.value = slider.value; onChange(); };
  number.oninput = () => { slider.value = number.value; onChange(); };
  const side = section(words.blind.estimate, field(words.blind.estimateHint, number), slider);
  const opinion = () => number.value === '' || !number.checkValidity() ? null
    : {kind: /** @type {const} */ ('estimate'), nPositive: null, nNegative: null, estimate: Number(number.value) / 100, cells: null};
  return {side, opinion};
}


/** @param {number} label */
function nameOf(label) { return CLASSES.find((kind) => kind.label === label)?.name ?? ''; }


/** @param {Cells} cells */
function numbers(cells) {
  const {positive, negative} = counts(cells);
  return {nPositive: positive, nNegative: negative};
}


/** @param {Cells} cells */
function spoken(cells) {
  const {positive, negative} = counts(cells);
  return spokenOf(positive, negative);
}


/** @param {number} positive @param {number} negative */
function spokenOf(positive, negative) {
  const all = {positive, negative, til: 0};
  return tumourCells(all) ? words.blind.soFar(tumourCells(all), words.percent(ki67Index(all))) : '';
}
