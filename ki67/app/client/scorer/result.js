// What counted cells come to: the figures of a field, and of a case as the sum of its fields.

import {CUT_OFFS, category, counts, interval, ki67Index, total} from './scores.js';

/** @typedef {import('../values.js').Cells} Cells @typedef {import('../values.js').CutOffs} CutOffs */
/**
 * @typedef {{nPositive: number, nNegative: number, nTil: number, index: number, low: number, high: number,
 *   category: 'low'|'middle'|'high'|null}} Figures index and the ends of its interval are NaN where there is no tumour cell
 */


/** @param {import('./scores.js').Counts} counted @param {CutOffs} cutOffs @returns {Figures} */
export function figures(counted, cutOffs) {
  const index = ki67Index(counted), [low, high] = interval(counted);
  return {
    nPositive: counted.positive, nNegative: counted.negative, nTil: counted.til,
    index, low, high, category: category(index, CUT_OFFS[cutOffs]),
  };
}


/** Of a case. @param {{cells: Cells}[]} fields @param {CutOffs} cutOffs */
export const pooled = (fields, cutOffs) => figures(total(fields.map(({cells}) => counts(cells))), cutOffs);
