// Rows as they lie in the database: open or sealed, with no more beside them than what they are found by.

import {TABLES, answer, within} from './database.js';
import {Refused} from '../scorer/refused.js';

/** @typedef {import('./database.js').Tables} Tables */
/** @typedef {import('./database.js').Table} Table */
/** @typedef {import('./envelope.js').Envelope} Envelope */
/** @typedef {{key: string, of: string, body: import('./envelope.js').Body}} Kept */
/** @typedef {{table: Table, key: string}} Place */

const KEY = {cases: 'id', pictures: 'id', results: 'picture', reviews: 'id', profiles: 'id', settings: 'name'};
/** What a row is a part of, and the field that names it. @type {Partial<Record<Table, {table: Table, field: string}>>} */
const WHOLE = {pictures: {table: 'cases', field: 'case'}, results: {table: 'pictures', field: 'picture'}, reviews: {table: 'pictures', field: 'picture'}};


/** @param {Table} table @param {string} key */
export function placeName(table, key) { return `${table}/${key}`; }


/** @param {string} pictureId */
export function pixelsName(pictureId) { return `${placeName('pictures', pictureId)}/pixels`; }


export class Rows {
  /** @param {IDBDatabase} database @param {Envelope} envelope */
  constructor(database, envelope) {
    this.database = database;
    this.envelope = envelope;
  }

  /** @template {Table} T @param {T} table @param {string} key @returns {Promise<Tables[T]|null>} */
  async get(table, key) {
    const kept = await this.#reading(transaction => answer(transaction.objectStore(table).get(key)));
    return kept ? this.#opened(table, kept) : null;
  }

  /** @template {Table} T @param {T} table @returns {Promise<Tables[T][]>} */
  async all(table) {
    const kept = await this.#reading(transaction => answer(transaction.objectStore(table).getAll()));
    return Promise.all(kept.map((/** @type {Kept} */ each) => this.#opened(table, each)));
  }

  /** The parts of something, say a case's pictures. @template {Table} T @param {T} table @param {string} of @returns {Promise<Tables[T][]>} */
  async parts(table, of) {
    const kept = await this.#reading(transaction => answer(transaction.objectStore(table).index('of').getAll(of)));
    return Promise.all(kept.map((/** @type {Kept} */ each) => this.#opened(table, each)));
  }

  /** @param {Table} table @returns {Promise<string[]>} */
  keys(table) {
    return this.#reading(async transaction => /** @type {string[]} */ (await answer(transaction.objectStore(table).getAllKeys())));
  }

  /** In the place of what was there. @template {Table} T @param {T} table @param {Tables[T]} row */
  async put(table, row) { await this.#write(table, row, (rows, kept) => answer(rows.put(kept))); }

  /** Where it was: what somebody removed meanwhile does not come back. @template {Table} T @param {T} table @param {Tables[T]} row */
  async replace(table, row) {
    await this.#write(table, row, async (rows, kept) => {
      if (await answer(rows.getKey(kept.key)) === undefined) throw new Refused('gone');
      await answer(rows.put(kept));
    });
  }

  /** Beside what is there; whether it was new. @template {Table} T @param {T} table @param {Tables[T]} row @returns {Promise<boolean>} */
  async add(table, row) {
    return this.#write(table, row, async (rows, kept) => {
      const isNew = await answer(rows.getKey(kept.key)) === undefined;
      if (isNew) await answer(rows.add(kept));
      return isNew;
    });
  }

  /** A row with all of its parts, theirs too. @param {Table} table @param {string} key @returns {Promise<Place[]>} what was removed */
  async remove(table, key) {
    return within(this.database, 'readwrite', async transaction => {
      const places = await withParts(transaction, {table, key});
      for (const place of places) await answer(transaction.objectStore(place.table).delete(place.key));
      return places;
    });
  }

  /** @template {Table} T @template R @param {T} table @param {Tables[T]} row @param {(rows: IDBObjectStore, kept: Kept) => Promise<R>} write */
  async #write(table, row, write) {
    const kept = await this.#kept(table, row), whole = WHOLE[table];
    return within(this.database, 'readwrite', async transaction => {
      const there = !whole || await answer(transaction.objectStore(whole.table).getKey(kept.of)) !== undefined;
      if (!there) throw new Refused('gone');
      return write(transaction.objectStore(table), kept);
    });
  }

  /** @template {Table} T @param {T} table @param {Tables[T]} row @returns {Promise<Kept>} */
  async #kept(table, row) {
    const fields = /** @type {any} */ (row), key = fields[KEY[table]], whole = WHOLE[table];
    return {key, of: whole ? fields[whole.field] : '', body: await this.envelope.row(row, placeName(table, key))};
  }

  /** @template {Table} T @param {T} table @param {Kept} kept @returns {Promise<Tables[T]>} */
  #opened(table, kept) { return this.envelope.openRow(kept.body, placeName(table, kept.key)); }

  /** @template R @param {(transaction: IDBTransaction) => Promise<R>} work */
  #reading(work) { return within(this.database, 'readonly', work); }
}


/** @param {IDBTransaction} transaction @param {Place} place @returns {Promise<Place[]>} */
async function withParts(transaction, place) {
  const found = [place];
  for (const table of TABLES.filter(each => WHOLE[each]?.table === place.table)) {
    const keys = /** @type {string[]} */ (await answer(transaction.objectStore(table).index('of').getAllKeys(place.key)));
    for (const key of keys) found.push(...await withParts(transaction, {table, key}));
  }
  return found;
}
