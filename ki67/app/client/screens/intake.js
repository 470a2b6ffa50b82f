// Pictures into a case: each is taken or refused for itself, and what can be told of it at once is told.

import {ocularOf, squareIn} from '../camera/ocular.js';
import {scaleBy} from '../camera/micrometer.js';
import {fitting, smaller, whole} from '../camera/reduced.js';
import {Refused} from '../scorer/refused.js';

/** @typedef {import('../values.js').Picture} Picture @typedef {import('../values.js').Warning} Warning @typedef {import('../app.js').App} App */
/** @typedef {{name: string, picture: Picture|null, again: boolean, why: Warning|null}} Taken `again`: these bytes were in the case */

export const PROFILE = 'profile';  // the setting that names the profile that was chosen last
const ENOUGH = 320;                // pixels, for the circle of an ocular


/** @param {App} app @param {string} caseId @param {Blob} blob @param {string} name only told, never kept @returns {Promise<Taken>} */
export async function takeIn(app, caseId, blob, name) {
  const before = new Set((await app.store.pictures(caseId)).map(({id}) => id));
  /** @type {Picture|null} */
  let picture = null;
  try {
    picture = await app.store.addPicture(caseId, blob, Date.now());
    const again = before.has(picture.id);
    return {name, picture: again ? picture : await described(app, picture), again, why: null};
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (picture) await app.store.removePicture(picture.id);
    return {name, picture: null, again: false, why: error.why};
  }
}


/** With the ocular's square, and the scale of the profile in use where the file tells none. @param {App} app @param {Picture} picture */
async function described(app, picture) {
  const square = await ocularSquare(app, picture);
  const now = {...picture, square, umPerPx: picture.umPerPx ?? await usualScale(app, picture)};
  await app.store.putPicture(now);
  return now;
}


/** The square in the circle of an ocular; null where there is none. @param {App} app @param {Picture} picture */
export async function ocularSquare(app, picture) {
  const part = whole(picture), size = fitting(part, ENOUGH);
  const circle = ocularOf(await smaller(await app.store.pixels(picture.id), part, size));
  return circle && squareIn(circle, picture, picture.width / size.width);
}


/** @param {App} app @param {Picture} picture */
async function usualScale(app, picture) {
  const usual = await app.store.setting(PROFILE), profile = (await app.store.profiles()).find(({id}) => id === usual);
  return profile ? scaleBy(profile, picture) : null;
}
