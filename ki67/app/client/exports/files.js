// What of a case can be taken out, as files.

import {casesTable, cellsTable, reviewsTable, scoresTable} from './csv.js';
import {countedFields} from './content.js';
import {drawn, png} from './drawn.js';
import {geojson} from './geojson.js';

/** @typedef {import('./content.js').Content} Content */
/** @typedef {import('./handed_out.js').File} File */
/** @typedef {import('../store/device.js').Store} Store */
/** @typedef {(content: Content, store: Store) => Promise<File[]>} Making */

export const FILES = {
  scores: /** @type {Making} */ (async content => [{name: 'scores.csv', content: scoresTable(content)}]),
  cases: /** @type {Making} */ (async content => [{name: 'case.csv', content: casesTable([content])}]),
  cells: /** @type {Making} */ (async content => [{name: 'cells.csv', content: cellsTable(content)}]),
  reviews: /** @type {Making} */ (async content => [{name: 'opinions.csv', content: reviewsTable(content)}]),
  geojson: objects,
  png: drawings,
};


/** The cells that the network found, and the last ones that a reader drew. @param {Content} content @returns {Promise<File[]>} */
async function objects(content) {
  const found = countedFields(content).map(async ({number, picture, result}) =>
    ({name: `${number}.geojson`, content: await geojson(result.cells, picture.id, 'detection')}));
  const own = content.fields.flatMap(({number, reviews}) => {
    const last = reviews.filter(({cells}) => cells).at(-1);
    return last?.cells ? [geojson(last.cells, last.id, 'annotation').then(content => ({name: `${number}.own.geojson`, content}))] : [];
  });
  return Promise.all([...found, ...own]);
}


/** @param {Content} content @param {Store} store @returns {Promise<File[]>} */
async function drawings(content, store) {
  const files = /** @type {File[]} */ ([]);
  for (const {number, picture, result} of countedFields(content))
    files.push({name: `${number}.png`, content: await png(await drawn(await store.pixels(picture.id), result.cells, result.umPerPx))});
  return files;
}
