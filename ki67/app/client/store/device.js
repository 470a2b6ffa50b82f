// Everything that is kept on this device: cases, their pictures, what was found in them, and opinions.

import {findBlobs} from './blobs.js';
import {LOCK, TABLES, answer, openDatabase, within} from './database.js';
import {open} from './envelope.js';
import {Rows, placeName} from './rows.js';
import {MOST_BYTES, headerOf} from '../scorer/header.js';
import {Refused} from '../scorer/refused.js';
import {stripped} from '../scorer/stripped.js';

/** @typedef {import('../values.js').Case} Case */
/** @typedef {import('../values.js').Picture} Picture */
/** @typedef {import('../values.js').Result} Result */
/** @typedef {import('../values.js').Review} Review */
/** @typedef {import('../values.js').Profile} Profile */
/** @typedef {import('./envelope.js').Envelope} Envelope */
/** @typedef {{table: import('./database.js').Table|'lock', key: string}} Change `key` '' where it is more than one */
/** @typedef {(change: Change) => void} Listener */

const LOCKS = 'ki67', CHANNEL = 'ki67';


export class Store {
  /** @type {Set<Listener>} */ #listeners = new Set();
  /** @type {BroadcastChannel} */ #channel;
  /** @type {Rows} */ #rows;

  /** As `open` made it. @param {IDBDatabase} database @param {import('./blobs.js').Blobs} blobs @param {Envelope} envelope */
  constructor(database, blobs, envelope) {
    this.database = database;
    this.blobs = blobs;
    this.#rows = new Rows(database, envelope);
    this.#channel = new BroadcastChannel(CHANNEL);
    this.#channel.onmessage = ({data}) => { for (const listener of this.#listeners) listener(data); };
  }

  /** @returns {Promise<Store>} */
  static async open() {
    const database = await openDatabase(), store = new Store(database, await findBlobs(database), open);
    await store.#tidy();
    return store;
  }

  /** Lets go of the database; for tests, and before another is opened. */
  close() {
    this.#channel.close();
    this.database.close();
  }

  /** The newest first. */
  async cases() { return (await this.#rows.all('cases')).sort((one, other) => other.made - one.made || (one.id < other.id ? -1 : 1)); }

  /** @param {string} id */
  case(id) { return this.#rows.get('cases', id); }

  /** @param {Case} row */
  putCase(row) { return this.#writing({table: 'cases', key: row.id}, () => this.#rows.put('cases', row)); }

  /** In the order in which they were taken. @param {string} caseId */
  async pictures(caseId) {
    return (await this.#rows.parts('pictures', caseId)).sort((one, other) => one.taken - other.taken || (one.id < other.id ? -1 : 1));
  }

  /** @param {string} id */
  picture(id) { return this.#rows.get('pictures', id); }

  /** Its scale, its square, its state. @param {Picture} row */
  putPicture(row) { return this.#writing({table: 'pictures', key: row.id}, () => this.#rows.replace('pictures', row)); }

  /**
   * Keeps a picture without its name and what a camera wrote into it. The same bytes twice in a case are one picture.
   * @param {string} caseId @param {Blob} blob @param {number} taken milliseconds since 1970 @returns {Promise<Picture>}
   */
  async addPicture(caseId, blob, taken) {
    if (blob.size > MOST_BYTES) throw new Refused('tooManyBytes', {most: MOST_BYTES});
    const given = new Uint8Array(await blob.arrayBuffer()), {kind, width, height, umPerPx} = headerOf(given);
    const bytes = stripped(given), hash = await sha256(bytes);
    /** @type {Picture} */
    const picture = {
      id: crypto.randomUUID(), case: caseId, hash, kind, width, height, taken, umPerPx, square: null, state: 'new', why: null, remote: null,
    };
    return this.takePicture(picture, bytes);
  }

  /** A picture that is described already, unless the case has its bytes. @param {Picture} picture @param {Uint8Array} bytes @returns {Promise<Picture>} */
  takePicture(picture, bytes) {
    return navigator.locks.request(`${LOCKS} ${picture.case}`, async () => {
      const same = (await this.pictures(picture.case)).find(({hash}) => hash === picture.hash);
      if (same) return same;
      await this.#writing({table: 'pictures', key: picture.id}, () => this.#keep(picture, bytes));
      return picture;
    });
  }

  /** @param {string} pictureId @returns {Promise<Blob>} */
  async pixels(pictureId) {
    const picture = await this.picture(pictureId), kept = await this.blobs.get(pictureId);
    if (!picture || !kept) throw new Refused('gone');
    return new Blob([await this.#rows.envelope.openBytes(kept, pixelsName(pictureId))], {type: picture.kind});
  }

  /** @param {string} pictureId */
  result(pictureId) { return this.#rows.get('results', pictureId); }

  /** @param {Result} row */
  putResult(row) { return this.#writing({table: 'results', key: row.picture}, () => this.#rows.put('results', row)); }

  /** From the first to the last, which counts. @param {string} pictureId */
  async reviews(pictureId) {
    return (await this.#rows.parts('reviews', pictureId)).sort((one, other) => one.made - other.made || (one.id < other.id ? -1 : 1));
  }

  /** Beside all others; one that is here already stays as it is. @param {Review} row */
  addReview(row) { return this.#writing({table: 'reviews', key: row.id}, () => this.#rows.add('reviews', row)); }

  /** All of an opinion stays but where else it is. @param {string} id @param {string} remote */
  async sentReview(id, remote) {
    const review = await this.#rows.get('reviews', id);
    if (review) await this.#writing({table: 'reviews', key: id}, () => this.#rows.replace('reviews', {...review, remote}));
  }

  /** @returns {Promise<Profile[]>} by their names */
  async profiles() { return (await this.#rows.all('profiles')).sort((one, other) => one.name.localeCompare(other.name)); }

  /** @param {Profile} row */
  putProfile(row) { return this.#writing({table: 'profiles', key: row.id}, () => this.#rows.put('profiles', row)); }

  /** @param {string} id */
  removeProfile(id) { return this.#remove('profiles', id); }

  /** With what was found in it and all opinions. @param {string} id */
  removePicture(id) { return this.#remove('pictures', id); }

  /** With its pictures. @param {string} id */
  removeCase(id) { return this.#remove('cases', id); }

  /** Cases, profiles, settings, the passphrase: the device is as before the first visit. */
  async removeEverything() {
    await within(this.database, 'readwrite', async (transaction) => {
      for (const table of transaction.objectStoreNames) await answer(transaction.objectStore(table).clear());
    });
    for (const id of await this.blobs.ids()) await this.blobs.remove(id);
    this.#rows.envelope = open;
    for (const table of TABLES) this.#tell({table, key: ''});
  }

  /** What was kept by that name; null where nothing was. @param {string} name @returns {Promise<any>} */
  async setting(name) { return (await this.#rows.get('settings', name))?.value ?? null; }

  /** @param {string} name @param {any} value */
  putSetting(name, value) { return this.#writing({table: 'settings', key: name}, () => this.#rows.put('settings', {name, value})); }

  /** Hear of every change, in other tabs too. @param {Listener} listener @returns {() => void} ends it */
  watch(listener) {
    this.#listeners.add(listener);
    return () => { this.#listeners.delete(listener); };
  }

  /** Bytes first: a row never promises pixels that are not there. @param {Picture} picture @param {Uint8Array} bytes */
  async #keep(picture, bytes) {
    await this.blobs.put(picture.id, await this.#rows.envelope.bytes(bytes, pixelsName(picture.id)));
    await this.#rows.add('pictures', picture).catch(async (error) => {
      await this.blobs.remove(picture.id);
      throw error;
    });
  }

  /** @param {import('./database.js').Table} table @param {string} key */
  async #remove(table, key) {
    await this.#writing({table, key}, async () => {
      const removed = await this.#rows.remove(table, key);
      for (const place of removed) if (place.table === 'pictures') await this.blobs.remove(place.key);
    });
  }

  /** Bytes without a row, of a tab that died in between. */
  async #tidy() {
    await navigator.locks.request(LOCKS, {ifAvailable: true}, async (lock) => {
      const known = new Set(lock ? await this.#rows.keys('pictures') : []);
      for (const id of lock ? await this.blobs.ids() : []) if (!known.has(id)) await this.blobs.remove(id);
    });
  }

  /** Beside other tabs, but not while one of them seals or opens everything. @template T @param {Change} change @param {() => Promise<T>} work @returns {Promise<T>} */
  async #writing(change, work) {
    const done = await navigator.locks.request(LOCKS, {mode: 'shared'}, async () => {
      await this.#checkLock();
      return work();
    });
    this.#tell(change);
    return done;
  }

  /** In another tab the passphrase may have been set or taken away: this one would write what nobody can read. */
  async #checkLock() {
    const lock = await within(this.database, 'readonly', (transaction) => answer(transaction.objectStore(LOCK).get(LOCK)));
    if ((lock?.id ?? null) !== this.#rows.envelope.lock) throw new Refused('reload');
  }

  /** @param {Change} change */
  #tell(change) {
    for (const listener of this.#listeners) listener(change);
    this.#channel.postMessage(change);
  }
}


/** @param {string} pictureId */
function pixelsName(pictureId) { return placeName('pictures', `${pictureId}/pixels`); }


/** In hexadecimal digits. @param {Uint8Array} bytes */
export async function sha256(bytes) {
  return [...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
