// Rows and pictures in whatever they lie in, and the passphrase that decides it. Tabs write beside each other, but not while
// one of them seals or opens everything.

import {findBlobs} from './blobs.js';
import {LOCK, answer, openDatabase, within} from './database.js';
import {draftNames} from './drafts.js';
import {open} from './envelope.js';
import {rewrite} from './rewriting.js';
import {Rows, pixelsName} from './rows.js';
import {newLock, relocked, unlocked} from './sealed.js';
import {Refused} from '../scorer/refused.js';

/** @typedef {import('./envelope.js').Envelope} Envelope */
/** @typedef {import('./sealed.js').Lock} Lock */
/** @typedef {import('../values.js').Picture} Picture */

const TABS = 'ki67';  // the name of a lock that all tabs share


export class Vault {
  /** As `open` made it. @param {IDBDatabase} database @param {import('./blobs.js').Blobs} blobs @param {Envelope} envelope */
  constructor(database, blobs, envelope) {
    this.database = database;
    this.blobs = blobs;
    this.rows = new Rows(database, envelope);
  }

  /** @param {string} [passphrase] where one was set @returns {Promise<Vault>} */
  static async open(passphrase) {
    const database = await openDatabase();
    try {
      const lock = await keptLock(database), envelope = lock ? await unlocked(lock, passphrase) : open;
      const vault = new Vault(database, await findBlobs(database), envelope);
      if (lock && !lock.done) await vault.goOn().catch(onlyRefused);
      await vault.#tidy();
      return vault;
    } catch (error) {
      database.close();
      throw error;
    }
  }

  /** All that is kept, and the lock, gone; that needs no passphrase. */
  static async clear() {
    const database = await openDatabase();
    await navigator.locks.request(TABS, async () => {
      await within(database, 'readwrite', async transaction => {
        for (const table of transaction.objectStoreNames) await answer(transaction.objectStore(table).clear());
      });
      const blobs = await findBlobs(database);  // no rows are left
      for (const id of await blobs.ids()) await blobs.remove(id);
    });
    database.close();
  }

  get isSealed() { return this.rows.envelope.lock !== null; }

  /** Whether everything lies as the passphrase wants it: what found no room to be sealed lies open. */
  async isDone() { return (await keptLock(this.database))?.done ?? true; }

  /** What a tab began that died or found no room. */
  goOn() { return this.#alone(async lock => { if (lock && !lock.done) await this.#finish(lock); }); }

  /** Seals everything. @param {string} passphrase */
  async seal(passphrase) {
    await this.#alone(async kept => {
      if (kept) throw new Refused('sealed');
      const {lock, envelope} = await newLock(passphrase);
      await this.#rewrite(lock, envelope);
    });
  }

  /** @param {string} old @param {string} passphrase */
  async reseal(old, passphrase) {
    await this.#alone(async lock => { if (lock) await putLock(this.database, await relocked(lock, old, passphrase)); });
  }

  /** Everything lies open again. @param {string} passphrase */
  async unseal(passphrase) {
    await this.#alone(async kept => {
      if (!kept) return;
      /** @type {Lock} */
      const lock = {...kept, id: crypto.randomUUID(), wanted: 'open', done: false};
      await this.#rewrite(lock, await unlocked(lock, passphrase));
    });
  }

  /** What writes, beside other tabs that do. @template T @param {() => Promise<T>} work @returns {Promise<T>} */
  writing(work) {
    return navigator.locks.request(TABS, {mode: 'shared'}, async () => {
      await this.#lock();
      return work();
    });
  }

  /** Bytes first: a row never promises pixels that are not there. @param {Picture} picture @param {Uint8Array} bytes */
  async keep(picture, bytes) {
    await this.blobs.put(picture.id, await this.rows.envelope.bytes(bytes, pixelsName(picture.id)));
    await this.rows.add('pictures', picture).catch(async error => {
      await this.blobs.remove(picture.id);
      throw error;
    });
  }

  /** @param {string} pictureId @returns {Promise<Uint8Array|null>} */
  async bytes(pictureId) {
    const kept = await this.blobs.get(pictureId);
    return kept && this.rows.envelope.openBytes(kept, pixelsName(pictureId));
  }

  /** With its parts, and what lies apart of them. @param {import('./database.js').Table} table @param {string} key */
  async remove(table, key) {
    const removed = await this.rows.remove(table, key);
    for (const {key: id} of removed.filter(place => place.table === 'pictures')) {
      await this.blobs.remove(id);
      for (const draft of draftNames(id)) await this.rows.remove('settings', draft);
    }
  }

  /** While no tab writes. @param {(lock: Lock|null) => Promise<void>} work @returns {Promise<void>} */
  #alone(work) { return navigator.locks.request(TABS, async () => work(await this.#lock())); }

  /** In another tab the passphrase may have been set or taken away: this one would write what nobody can read. */
  async #lock() {
    const lock = await keptLock(this.database);
    if ((lock?.id ?? null) !== this.rows.envelope.lock) throw new Refused('reload');
    return lock;
  }

  /** From now on everything is written as the lock wants it; what was here follows. @param {Lock} lock @param {Envelope} envelope */
  async #rewrite(lock, envelope) {
    await putLock(this.database, lock);
    this.rows.envelope = envelope;
    await this.#finish(lock);
  }

  /** Every row and picture; then the lock says so, or goes. @param {Lock} lock */
  async #finish(lock) {
    await rewrite(this.database, this.blobs, this.rows.envelope, lock.wanted);
    await putLock(this.database, lock.wanted === 'sealed' ? {...lock, done: true} : null);
    if (lock.wanted === 'open') this.rows.envelope = open;
  }

  /** Bytes without a row, of a tab that died in between. */
  async #tidy() {
    await navigator.locks.request(TABS, {ifAvailable: true}, async isMine => {
      const known = new Set(isMine ? await this.rows.keys('pictures') : []);
      for (const id of isMine ? await this.blobs.ids() : []) if (!known.has(id)) await this.blobs.remove(id);
    });
  }
}


/** @param {IDBDatabase} database @returns {Promise<Lock|null>} */
async function keptLock(database) {
  return await within(database, 'readonly', transaction => answer(transaction.objectStore(LOCK).get(LOCK))) ?? null;
}


/** @param {IDBDatabase} database @param {Lock|null} lock */
async function putLock(database, lock) {
  await within(database, 'readwrite', transaction => {
    const locks = transaction.objectStore(LOCK);
    return answer(/** @type {IDBRequest<unknown>} */ (lock ? locks.put(lock, LOCK) : locks.delete(LOCK)));
  });
}


/** What is half sealed for want of room can be read as it is. @param {unknown} error */
function onlyRefused(error) { if (!(error instanceof Refused)) throw error; }
