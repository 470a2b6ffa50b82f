// Scores: what the counted cells say, and how sure the counts let one be. A score that is not defined is NaN.

import {NEGATIVE, POSITIVE, TIL} from './cells.js';

/** @typedef {{positive: number, negative: number, til: number}} Counts */
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


/** Of the index. @param {Counts} counts */
export function interval(counts) { return wilson(counts.positive, tumourCells(counts)); }


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
