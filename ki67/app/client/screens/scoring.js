// A picture given to the scorer, and what came of it kept.

import {Refused} from '../scorer/refused.js';

/** @typedef {import('../values.js').Picture} Picture @typedef {import('../values.js').Counted} Counted @typedef {import('../values.js').Wish} Wish */
/** @typedef {import('../app.js').App} App @typedef {import('../store/device.js').Store} Store */


/**
 * Counts it as it is wanted now.
 * @param {App} app @param {string} pictureId
 * @returns {Promise<Picture|null>} counted, or failed and why; still new where another part or scale was chosen meanwhile, null where it was removed
 */
export async function countPicture({store, scorer}, pictureId) {
  const wanted = await store.picture(pictureId);
  if (!wanted) return null;
  const {umPerPx, square} = wanted;
  try {
    return await kept(store, wanted, await (await scorer).score(await store.pixels(pictureId), {umPerPx, square}));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return changed(store, wanted, {state: 'failed', why: error.why});
  }
}


/** @param {Store} store @param {Picture} wanted @param {Counted} counted */
async function kept(store, wanted, counted) {
  const now = await store.picture(wanted.id);
  if (now && isSameWish(now, wanted)) await store.putResult({...counted, picture: wanted.id, made: Date.now()});
  return changed(store, wanted, {state: 'counted', why: null});
}


/** Of the row as it is by now: counting takes seconds. @param {Store} store @param {Picture} wanted @param {Pick<Picture, 'state'|'why'>} outcome */
async function changed(store, wanted, outcome) {
  const now = await store.picture(wanted.id);
  if (!now || !isSameWish(now, wanted)) return now;
  const after = {...now, ...outcome};
  await store.putPicture(after);
  return after;
}


/** @param {Wish} one @param {Wish} other */
export function isSameWish(one, other) { return one.umPerPx === other.umPerPx && isSameRect(one.square, other.square); }


/** @param {Wish['square']} one @param {Wish['square']} other */
function isSameRect(one, other) {
  if (!one || !other) return one === other;
  return one.x === other.x && one.y === other.y && one.width === other.width && one.height === other.height;
}
