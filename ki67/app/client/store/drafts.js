// What somebody has begun to say: it waits on the device until it is saved or sent. What is about a picture goes with it.

/** @typedef {import('./device.js').Store} Store @typedef {import('../values.js').Review} Review */
/**
 * Cells in pixels of the whole picture; of no `kind` while there is only a comment.
 * @typedef {Pick<Review, 'nPositive'|'nNegative'|'estimate'|'cells'|'comment'> & {kind: Review['kind']|null}} Begun
 * @typedef {Begun & {made: number}} Draft
 */
/** One's own count, or the network's cells corrected. @typedef {Review['startedFrom']} Start */

const STARTS = /** @type {Start[]} */ (['nothing', 'network']);


/** @param {string} pictureId @param {Start} start */
function nameOf(pictureId, start) { return `draft ${start} ${pictureId}`; }


/** The settings that hold them. @param {string} pictureId */
export function draftNames(pictureId) { return STARTS.map(start => nameOf(pictureId, start)); }


/** @param {Store} store @param {string} pictureId @param {Start} start @returns {Promise<Draft|null>} */
export function draftOf(store, pictureId, start) { return store.setting(nameOf(pictureId, start)); }


/** In place of the one before. @param {Store} store @param {string} pictureId @param {Start} start @param {Begun|null} draft null once it is saved */
export function keepDraft(store, pictureId, start, draft) {
  return store.putSetting(nameOf(pictureId, start), draft && {...draft, made: Date.now()});
}


/** A comment without an opinion; null where there is not even that. @param {string} comment @returns {Begun|null} */
export function onlyComment(comment) {
  return comment.trim() ? {kind: null, nPositive: null, nNegative: null, estimate: null, cells: null, comment: comment.trim()} : null;
}


/** Words to others that were not sent yet. @param {Store} store @param {string} about @returns {Promise<string>} */
export async function wordsOf(store, about) { return await store.setting(`words ${about}`) ?? ''; }


/** In place of those before. @param {Store} store @param {string} about @param {string} text '' once they are sent */
export function keepWords(store, about, text) { return store.putSetting(`words ${about}`, text); }
