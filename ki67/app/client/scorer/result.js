// What counted cells come to: the figures of a case as the sum of its fields; a field is a case of one.

import {CUT_OFFS, category, counts, interval, ki67Index, pooledVariance, total, tumourCells, widened} from './scores.js';

/** @typedef {import('../values.js').Cells} Cells @typedef {import('../values.js').CutOffs} CutOffs */
/** @typedef {import('../values.js').ScorerError} ScorerError @typedef {import('./scores.js').Counts} Counts */
/**
 * @typedef {{nPositive: number, nNegative: number, nTil: number, index: number, low: number, high: number, countingOnly: boolean,
 *   category: 'low'|'middle'|'high'|null}} Figures index and the ends of its interval are NaN where there is no tumour cell; `countingOnly`:
 *   the interval knows nothing of a scorer's own error
 */


/** Of a case, by what a network found in its fields. @param {{cells: Cells, error?: ScorerError|null}[]} fields @param {CutOffs} cutOffs @returns {Figures} */
export function pooled(fields, cutOffs) {
  const parts = fields.map(({cells}) => counts(cells)), all = total(parts), index = ki67Index(all);
  const errors = fields.flatMap(({error}) => error ?? []), countingOnly = errors.length < fields.length;
  const variance = countingOnly ? 0 : pooledVariance(parts.map(tumourCells), errors);
  const [low, high] = countingOnly ? interval(all) : widened(index, interval(all), variance);
  return {
    nPositive: all.positive, nNegative: all.negative, nTil: all.til,
    index, low, high, countingOnly, category: category(index, CUT_OFFS[cutOffs]),
  };
}
