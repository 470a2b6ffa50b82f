// The bytes of pictures, by the picture's id: files of the origin where a browser has these, else rows of the database.

import {BYTES, answer, inWords, within} from './database.js';

/**
 * @typedef {{
 *   put: (id: string, bytes: Uint8Array) => Promise<void>, get: (id: string) => Promise<Uint8Array|null>,
 *   remove: (id: string) => Promise<void>, ids: () => Promise<string[]>,
 * }} Blobs
 */

const FOLDER = 'ki67';


/** Where pictures lie already; the first goes to a file where this browser can write one. @param {IDBDatabase} database @returns {Promise<Blobs>} */
export async function findBlobs(database) {
  const rows = new Rows(database), canWrite = 'createWritable' in (globalThis.FileSystemFileHandle?.prototype ?? {});
  if (!canWrite || (await rows.ids()).length) return rows;
  const root = await navigator.storage.getDirectory().catch(forbidden);
  return root ? new Files(await root.getDirectoryHandle(FOLDER, {create: true})) : rows;
}


/** A file a picture. What is written appears as a whole or not at all. */
class Files {
  /** @param {FileSystemDirectoryHandle} folder */
  constructor(folder) { this.folder = folder; }

  /** @param {string} id @param {Uint8Array} bytes */
  async put(id, bytes) {
    try {
      const stream = await (await this.folder.getFileHandle(id, {create: true})).createWritable();
      await stream.write(bytes).catch(async error => {
        await stream.abort();
        throw error;
      });
      await stream.close();
    } catch (error) {
      await this.#removeEmpty(id);
      throw inWords(error);
    }
  }

  /** @param {string} id */
  async get(id) {
    const handle = await this.folder.getFileHandle(id).catch(absent);
    return handle ? new Uint8Array(await (await handle.getFile()).arrayBuffer()) : null;
  }

  /** @param {string} id */
  async remove(id) { await this.folder.removeEntry(id).catch(absent); }

  async ids() {
    const found = /** @type {string[]} */ ([]);
    for await (const name of /** @type {any} */ (this.folder).keys()) found.push(name);
    return found;
  }

  /** What was made for bytes that found no room. @param {string} id */
  async #removeEmpty(id) {
    const handle = await this.folder.getFileHandle(id).catch(absent);
    if (handle && (await handle.getFile()).size === 0) await this.remove(id);
  }
}


class Rows {
  /** @param {IDBDatabase} database */
  constructor(database) { this.database = database; }

  /** @param {string} id @param {Uint8Array} bytes */
  async put(id, bytes) { await this.#within('readwrite', (rows) => rows.put(bytes, id)); }

  /** @param {string} id @returns {Promise<Uint8Array|null>} */
  async get(id) { return await this.#within('readonly', (rows) => rows.get(id)) ?? null; }

  /** @param {string} id */
  async remove(id) { await this.#within('readwrite', (rows) => rows.delete(id)); }

  /** @returns {Promise<string[]>} */
  ids() { return this.#within('readonly', (rows) => rows.getAllKeys()); }

  /** @param {IDBTransactionMode} mode @param {(rows: IDBObjectStore) => IDBRequest} work @returns {Promise<any>} */
  #within(mode, work) { return within(this.database, mode, transaction => answer(work(transaction.objectStore(BYTES)))); }
}


/** @param {any} error @returns {null} */
function absent(error) { return nothingFor('NotFoundError', error); }


/** A private window. @param {any} error @returns {null} */
function forbidden(error) { return nothingFor('SecurityError', error); }


/** @param {string} name @param {any} error @returns {null} */
function nothingFor(name, error) {
  if (error?.name === name) return null;
  throw error;
}
