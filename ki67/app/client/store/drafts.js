// What somebody has begun to say of a picture: it waits on the device until it is saved, and goes with its picture.

/** @typedef {import('./device.js').Store} Store @typedef {import('../values.js').Review} Review */
/** Cells in pixels of the whole picture. @typedef {Pick<Review, 'kind'|'nPositive'|'nNegative'|'estimate'|'cells'|'comment'|'made'>} Draft */
/** One's own count, or the network's cells corrected. @typedef {Review['startedFrom']} Start */

const STARTS = /** @type {Start[]} */ (['nothing', 'network']);


/** @param {string} pictureId @param {Start} start */
function nameOf(pictureId, start) { return `draft ${start} ${pictureId}`; }


/** The settings that hold them. @param {string} pictureId */
export function draftNames(pictureId) { return STARTS.map(start => nameOf(pictureId, start)); }


/** @param {Store} store @param {string} pictureId @param {Start} start @returns {Promise<Draft|null>} */
export function draftOf(store, pictureId, start) { return store.setting(nameOf(pictureId, start)); }


/** In place of the one before. @param {Store} store @param {string} pictureId @param {Start} start @param {Omit<Draft, 'made'>|null} draft null once it is saved */
export function keepDraft(store, pictureId, start, draft) {
  return store.putSetting(nameOf(pictureId, start), draft && {...draft, made: Date.now()});
}
