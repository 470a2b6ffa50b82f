// What of a case may go out as tables, drawings and prints: all but what is still hidden from a blind reader.

import {standingResult} from '../store/standing.js';

/** @typedef {import('../store/device.js').Store} Store */
/** @typedef {import('../values.js').Case} Case */
/** @typedef {import('../values.js').Picture} Picture */
/** @typedef {import('../values.js').Result} Result */
/** @typedef {import('../values.js').Review} Review */
/**
 * A picture by its number in the case; `result` null where it is not counted, or not to be seen; opinions of one's own and of other readers.
 * @typedef {{number: number, picture: Picture, result: Result|null, reviews: Review[], others: Review[]}} Field
 */
/** `reader`: one's own name, '' where nobody said. @typedef {{case: Case, reader: string, fields: Field[]}} Content */


/** @param {Store} store @param {Case} row @returns {Promise<Content>} */
export async function contentOf(store, row) {
  const pictures = await store.pictures(row.id), reader = await store.reader();
  return {case: row, reader, fields: await Promise.all(pictures.map((picture, i) => fieldOf(store, row.blind, picture, i + 1)))};
}


/** @param {Store} store @param {boolean} blind @param {Picture} picture @param {number} number @returns {Promise<Field>} */
async function fieldOf(store, blind, picture, number) {
  const opinions = await store.opinions(picture.id), reviews = opinions.filter(({by}) => !by), hidden = blind && reviews.length === 0;
  const result = hidden ? null : await standingResult(store, picture), others = hidden ? [] : opinions.filter(({by}) => by);
  return {number, picture, result, reviews, others};
}


/** The fields whose cells may be seen. @param {Content} content @returns {(Field & {result: Result})[]} */
export function countedFields({fields}) { return fields.flatMap(field => field.result ? [{...field, result: field.result}] : []); }
