// An index as people read it: the figure, its interval over the cut-offs, its category, and how many cells stand behind it.

import {CUT_OFFS} from '../scorer/scores.js';
import {words} from '../words/en.js';
import {el} from './made.js';

/** @typedef {import('../scorer/result.js').Figures} Figures @typedef {import('../values.js').CutOffs} CutOffs */

const ENDS = [0.5, 1];   // where the scale ends: at the first that holds the interval
const ENOUGH = 500;  // tumour cells that guidelines ask for


/** @param {Figures} figures @param {CutOffs} cutOffs */
export function indexShown(figures, cutOffs) {
  const {index, low, high, countingOnly, category} = figures;
  if (!category) return el('p', {class: 'soft'}, words.result.undefined);
  const headline = el('p', {class: 'index'}, el('strong', {}, words.tenths(index)), el('span', {class: `category ${category}`}, words.result.category[category]));
  return el('div', {class: 'stack'}, headline, el('p', {class: 'soft'}, words.result.interval(low, high, countingOnly)), bar(figures, cutOffs));
}


/** @param {Figures} figures @param {CutOffs} cutOffs */
function bar({index, low, high}, cutOffs) {
  const {low: first, high: second} = CUT_OFFS[cutOffs], end = ENDS.find(each => high <= each) ?? 1;
  const zones = [[0, first, 'low'], [first, second, 'middle'], [second, end, 'high']].map(([from, to, name]) =>
    at(el('div', {class: `zone ${name}`}), Number(from) / end, Number(to) / end));
  const ticks = [first, second, end].map(share => at(el('span', {class: 'tick'}, share === end ? words.percent(share) : words.number(100 * share)), share / end));
  const drawn = el('div', {class: 'track'}, ...zones, at(el('div', {class: 'whisker'}), low / end, high / end), at(el('div', {class: 'dot'}), index / end));
  return el('div', {class: 'index-bar', role: 'img', 'aria-label': words.result.bar(index, low, high, first, second)}, drawn, el('div', {class: 'ticks'}, ...ticks));
}


/** Places a part along the bar. @param {HTMLElement} part @param {number} from @param {number} [to] */
function at(part, from, to) {
  part.style.left = `${100 * from}%`;
  if (to !== undefined) part.style.width = `${100 * (to - from)}%`;
  return part;
}


/** How many of the cells that a case needs were counted. @param {Figures} figures */
export function cellsSoFar({nPositive, nNegative}) {
  const n = nPositive + nNegative;
  return el('div', {class: 'stack tight'}, el('span', {}, words.result.soFar(n, ENOUGH)),
    el('progress', {max: ENOUGH, value: Math.min(n, ENOUGH), 'aria-label': words.result.soFar(n, ENOUGH)}));
}
