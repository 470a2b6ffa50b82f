// What somebody counted themselves, whichever way they did it.

import {counts, ki67Index} from '../scorer/scores.js';

/** @typedef {import('../values.js').Review} Review @typedef {import('../scorer/scores.js').Counts} Counts */


/** @param {Review} review @returns {Counts|null} null where it is an estimate, which counts no cells */
export function ownCounts({cells, nPositive, nNegative}) {
  if (cells) return counts(cells);
  return nPositive === null || nNegative === null ? null : {positive: nPositive, negative: nNegative, til: 0};
}


/** @param {Review} review */
export function ownIndex(review) {
  const counted = ownCounts(review);
  return counted ? ki67Index(counted) : review.estimate ?? NaN;
}
