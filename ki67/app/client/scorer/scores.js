// Scores: what the counted cells say, and how sure the counts let one be. A score that is not defined is NaN.

import {NEGATIVE, POSITIVE, TIL} from './cells.js';

/** @typedef {{positive: number, negative: number, til: number}} Counts */
/** @typedef {import('../values.js').ScorerError} ScorerError */
/** @typedef {{low: number, high: number}} Limits shares of 1; the limits themselves are middle */

const Z_95 = 1.959963984540054;

/** @type {Record<import('../values.js').CutOffs, Limits>} */
export const CUT_OFFS = {paper: {low: .1, high: .2}, consensus: {low: .16, high: .3}};


/** @param {{label: Uint8Array}} cells @returns {Counts} */
export function counts({label}) {
  const of = (/** @type {number} */ wanted) => label.reduce((sum, each) => sum + Number(each === wanted), 0);
  return {positive: of(POSITIVE), negative: of(NEGATIVE), til: of(TIL)};
}


/** A case is the sum of its fields, so one with few cells weighs little. @param {Counts[]} fields @returns {Counts} */
export function total(fields) {
  const of = (/** @type {keyof Counts} */ name) => fields.reduce((sum, field) => sum + field[name], 0);
  return {positive: of('positive'), negative: of('negative'), til: of('til')};
}


/** The cells that the index is a share of. @param {Counts} counts */
export function tumourCells({positive, negative}) { return positive + negative; }


/** @param {Counts} counts */
export function ki67Index(counts) { return counts.positive / tumourCells(counts); }


/** What counting so many cells leaves open. @param {Counts} counts */
export function interval(counts) { return wilson(counts.positive, tumourCells(counts)); }


/**
 * A counting interval with the scorer's own error in it: independent errors of the angle asin √index add as squares, each end for itself.
 * @param {number} index @param {[number, number]} counting @param {number} variance of the angle @returns {[number, number]}
 */
export function widened(index, counting, variance) {
  if (Number.isNaN(index)) return counting;
  const middle = angle(index), error = Z_95 * Math.sqrt(variance);
  const [below, above] = counting.map(end => Math.hypot(angle(end) - middle, error));
  return [Math.sin(Math.max(middle - below, 0)) ** 2, Math.sin(Math.min(middle + above, Math.PI / 2)) ** 2];
}


/**
 * Of the index of several fields of a case, each with its scorer: cells add up, what is shared does not shrink.
 * @param {number[]} cells @param {ScorerError[]} errors
 */
export function pooledVariance(cells, errors) {
  const all = cells.reduce((sum, each) => sum + each, 0);
  if (!all) return 0;
  return errors.reduce((sum, {cells: single, shared}, i) => sum + cells[i] / all * (single / all + shared), 0);
}


/** @param {number} index */
function angle(index) { return Math.asin(Math.sqrt(index)); }


/**
 * Wilson's 95 % interval of a share: it stays within [0, 1] and is sensible for a handful of cells.
 * @param {number} hits @param {number} trials @returns {[number, number]}
 */
export function wilson(hits, trials) {
  if (!trials) return [NaN, NaN];
  const share = hits / trials, z2 = Z_95 ** 2 / trials, centre = (share + z2 / 2) / (1 + z2);
  const half = Math.sqrt(z2 * (share * (1 - share) + z2 / 4)) / (1 + z2);
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}


/** @param {number} index @param {Limits} limits @returns {'low'|'middle'|'high'|null} null where the index is not defined */
export function category(index, {low, high}) {
  if (Number.isNaN(index)) return null;
  return index < low ? 'low' : index > high ? 'high' : 'middle';
}
