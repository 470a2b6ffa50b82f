// Everything on the device sealed, or opened again. What is done already is left, so it can be begun again after a cut.

import {TABLES, answer, within} from './database.js';
import {areSealed, open} from './envelope.js';
import {pixelsName, placeName} from './rows.js';

/** @typedef {import('./envelope.js').Envelope} Envelope reads both; `to` is how all is to lie */
/** @typedef {import('./rows.js').Kept} Kept */

const AT_ONCE = 50;  // rows


/** @param {IDBDatabase} database @param {import('./blobs.js').Blobs} blobs @param {Envelope} sealed @param {'sealed'|'open'} wanted */
export async function rewrite(database, blobs, sealed, wanted) {
  const to = wanted === 'sealed' ? sealed : open;
  for (const table of TABLES) await rewriteRows(database, table, sealed, to);
  for (const id of await blobs.ids()) {
    const bytes = await blobs.get(id), place = pixelsName(id);
    if (bytes && areSealed(bytes) !== (wanted === 'sealed')) await blobs.put(id, await to.bytes(await sealed.openBytes(bytes, place), place));
  }
}


/** @param {IDBDatabase} database @param {import('./database.js').Table} table @param {Envelope} from @param {Envelope} to */
async function rewriteRows(database, table, from, to) {
  const keys = await within(database, 'readonly', transaction => answer(transaction.objectStore(table).getAllKeys()));
  for (let first = 0; first < keys.length; first += AT_ONCE) {
    const some = keys.slice(first, first + AT_ONCE);
    /** @type {Kept[]} */
    const kept = await within(database, 'readonly', transaction => Promise.all(some.map(key => answer(transaction.objectStore(table).get(key)))));
    const rows = await Promise.all(kept.map(each => rewritten(each, placeName(table, each.key), from, to)));
    await within(database, 'readwrite', transaction => Promise.all(rows.map(row => answer(transaction.objectStore(table).put(row)))));
  }
}


/** @param {Kept} kept @param {string} place @param {Envelope} from @param {Envelope} to @returns {Promise<Kept>} */
async function rewritten(kept, place, from, to) { return {...kept, body: await to.row(await from.openRow(kept.body, place), place)}; }
