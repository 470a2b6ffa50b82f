// A picture given to the scorer, and what came of it kept.

import {Refused} from '../scorer/refused.js';

/** @typedef {import('../values.js').Picture} Picture @typedef {import('../app.js').App} App */


/** @param {App} app @param {Picture} picture @returns {Promise<Picture>} counted, or failed and why */
export async function countPicture(app, picture) {
  const now = {...picture, ...await outcome(app, picture)};
  await app.store.putPicture(now);
  return now;
}


/** @param {App} app @param {Picture} picture @returns {Promise<Pick<Picture, 'state'|'why'>>} */
async function outcome({store, scorer}, {id, umPerPx, square}) {
  try {
    const counted = await (await scorer).score(await store.pixels(id), {umPerPx, square});
    await store.putResult({...counted, picture: id, made: Date.now()});
    return {state: 'counted', why: null};
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return {state: 'failed', why: error.why};
  }
}
