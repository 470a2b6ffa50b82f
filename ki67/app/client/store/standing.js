// What holds of a picture as it is now: what was found in another part or at another scale is kept, and holds no more.

/** @typedef {import('./device.js').Store} Store @typedef {import('../values.js').Picture} Picture @typedef {import('../values.js').Result} Result */
/** @typedef {import('../values.js').Review} Review @typedef {import('../values.js').Cells} Cells */


/** Null where the picture was not counted as it is. @param {Store} store @param {Picture} picture @returns {Promise<Result|null>} */
export async function standingResult(store, {id, state}) { return state === 'counted' ? store.result(id) : null; }


/** The network's cells, or the last correction of this very count. @param {Result} result @param {Review[]} reviews @returns {Cells} */
export function standingCells({cells, made}, reviews) {
  return reviews.filter(review => review.startedFrom === 'network' && review.made >= made).at(-1)?.cells ?? cells;
}
