// What of a case may go out as tables, drawings and prints: all but what is still hidden from a blind reader.

import {standingResult} from '../store/standing.js';

/** @typedef {import('../store/device.js').Store} Store */
/** @typedef {import('../values.js').Case} Case */
/** @typedef {import('../values.js').Picture} Picture */
/** @typedef {import('../values.js').Result} Result */
/** @typedef {import('../values.js').Review} Review */
/** A picture by its number in the case; `result` null where it is not counted, or not to be seen. @typedef {{number: number, picture: Picture, result: Result|null, reviews: Review[]}} Field */
/** @typedef {{case: Case, fields: Field[]}} Content */


/** @param {Store} store @param {Case} row @returns {Promise<Content>} */
export async function contentOf(store, row) {
  const pictures = await store.pictures(row.id);
  return {case: row, fields: await Promise.all(pictures.map((picture, i) => fieldOf(store, row.blind, picture, i + 1)))};
}


/** @param {Store} store @param {boolean} blind @param {Picture} picture @param {number} number @returns {Promise<Field>} */
async function fieldOf(store, blind, picture, number) {
  const reviews = await store.reviews(picture.id), hidden = blind && reviews.length === 0;
  return {number, picture, result: hidden ? null : await standingResult(store, picture), reviews};
}


/** The fields whose cells may be seen. @param {Content} content @returns {(Field & {result: Result})[]} */
export function countedFields({fields}) { return fields.flatMap(field => field.result ? [{...field, result: field.result}] : []); }
