// The database of this device: tables of rows that are found by a key or by what they are a part of.

import {Refused} from '../scorer/refused.js';

/** @typedef {import('../values.js').Case} Case */
/** @typedef {import('../values.js').Picture} Picture */
/** @typedef {import('../values.js').Result} Result */
/** @typedef {import('../values.js').Review} Review */
/** @typedef {import('../values.js').Profile} Profile */
/** @typedef {{name: string, value: any}} Setting */
/** @typedef {{cases: Case, pictures: Picture, results: Result, reviews: Review, profiles: Profile, settings: Setting}} Tables */
/** @typedef {keyof Tables} Table */
/** @typedef {(database: IDBDatabase) => void} Upgrade from the version before */

export const NAME = 'ki67';
export const TABLES = /** @type {Table[]} */ (['cases', 'pictures', 'results', 'reviews', 'profiles', 'settings']);
export const LOCK = 'lock', BYTES = 'bytes';

/** One a version, in their order; what is on devices is never edited, only followed. @type {Upgrade[]} */
const UPGRADES = [
  database => {
    for (const table of TABLES) database.createObjectStore(table, {keyPath: 'key'}).createIndex('of', 'of');
    database.createObjectStore(LOCK);
    database.createObjectStore(BYTES);
  },
];


/** @param {string} name @param {Upgrade[]} upgrades @returns {Promise<IDBDatabase>} */
export async function openDatabase(name = NAME, upgrades = UPGRADES) {
  const request = indexedDB.open(name, upgrades.length);
  request.onupgradeneeded = ({oldVersion}) => { for (const upgrade of upgrades.slice(oldVersion)) upgrade(request.result); };
  const database = await answer(request).catch(error => { throw inWords(error); });
  database.onversionchange = () => database.close();  // a newer client in another tab may go on
  return database;
}


/** What a request gives. @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
export function answer(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}


/**
 * What is done in one transaction: all of it lasts, or nothing.
 * @template T @param {IDBDatabase} database @param {IDBTransactionMode} mode @param {(transaction: IDBTransaction) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function within(database, mode, work) {
  try {
    const transaction = database.transaction([...database.objectStoreNames], mode, {durability: 'strict'});
    const done = finished(transaction), result = await work(transaction).catch(error => given(transaction, done, error));
    await done;
    return result;
  } catch (error) {
    throw inWords(error);
  }
}


/** @param {IDBTransaction} transaction @returns {Promise<void>} */
function finished(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new DOMException('taken back', 'AbortError'));
  });
}


/** Nothing of a transaction lasts of which a part failed. @param {IDBTransaction} transaction @param {Promise<void>} done @param {unknown} why @returns {Promise<never>} */
async function given(transaction, done, why) {
  try { transaction.abort(); } catch { /* it has ended by itself */ }
  const end = await done.then(() => null, error => error);
  throw end?.name === 'QuotaExceededError' ? end : why;
}


/** A failure that people can meet, with what it is told by. @param {any} error */
export function inWords(error) {
  const codes = {QuotaExceededError: 'full', VersionError: 'older', InvalidStateError: 'reload', SecurityError: 'forbidden'};
  const code = codes[/** @type {keyof typeof codes} */ (error?.name)];
  return code ? new Refused(code) : error;
}
