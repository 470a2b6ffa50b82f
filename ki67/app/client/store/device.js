// Everything that is kept on this device: cases, their pictures, what was found in them, and opinions.

import {TABLES} from './database.js';
import {sha256} from './hashes.js';
import {Vault} from './vault.js';
import {MOST_BYTES, headerOf} from '../scorer/header.js';
import {Refused} from '../scorer/refused.js';
import {stripped} from '../scorer/stripped.js';

/** @typedef {import('../values.js').Case} Case */
/** @typedef {import('../values.js').Picture} Picture */
/** @typedef {import('../values.js').Result} Result */
/** @typedef {import('../values.js').Review} Review */
/** @typedef {import('../values.js').Profile} Profile */
/** @typedef {import('./database.js').Table} Table */
/** @typedef {{table: Table|'lock', key: string}} Change `key` is '' where it is more than one */
/** @typedef {(change: Change) => void} Listener */

export {Locked} from './sealed.js';

const CHANNEL = 'ki67', READER = 'reader';


export class Store {
  /** @type {Set<Listener>} */ #listeners = new Set();
  #channel = new BroadcastChannel(CHANNEL);
  #vault;
  #rows;

  /** As `open` made it. @param {Vault} vault */
  constructor(vault) {
    this.#vault = vault;
    this.#rows = vault.rows;
    this.#channel.onmessage = ({data}) => this.#hear(data);
  }

  /** With a passphrase, where one was set; else what is kept is Locked. @param {string} [passphrase] @returns {Promise<Store>} */
  static async open(passphrase) { return new Store(await Vault.open(passphrase)); }

  /** Cases, profiles, settings, the passphrase: the device is as before the first visit. That needs no passphrase. */
  static async removeEverything() {
    await Vault.clear();
    const channel = new BroadcastChannel(CHANNEL);
    for (const table of TABLES) channel.postMessage({table, key: ''});
    channel.close();
  }

  /** Lets go of the database. */
  close() {
    this.#channel.close();
    this.#vault.database.close();
  }

  /** The newest first. */
  async cases() { return (await this.#rows.all('cases')).sort((one, other) => other.made - one.made || byId(one, other)); }

  /** @param {string} id */
  case(id) { return this.#rows.get('cases', id); }

  /** @param {Case} row */
  putCase(row) { return this.#writing('cases', row.id, () => this.#rows.put('cases', row)); }

  /** In the order in which they were taken. @param {string} caseId */
  async pictures(caseId) { return (await this.#rows.parts('pictures', caseId)).sort((one, other) => one.taken - other.taken || byId(one, other)); }

  /** @param {string} id */
  picture(id) { return this.#rows.get('pictures', id); }

  /** Its scale, its square, its state. @param {Picture} row */
  putPicture(row) { return this.#writing('pictures', row.id, () => this.#rows.replace('pictures', row)); }

  /**
   * Keeps a picture without its name and what a camera wrote into it. The same bytes twice in a case are one picture.
   * @param {string} caseId @param {Blob} blob @param {number} taken milliseconds since 1970 @returns {Promise<Picture>}
   */
  async addPicture(caseId, blob, taken) {
    if (blob.size > MOST_BYTES) throw new Refused('tooManyBytes', {most: MOST_BYTES});
    const given = new Uint8Array(await blob.arrayBuffer()), {kind, width, height, umPerPx} = headerOf(given);
    const bytes = stripped(given), hash = await sha256(bytes), id = crypto.randomUUID();
    return this.takePicture({id, case: caseId, hash, kind, width, height, taken, umPerPx, square: null, state: 'new', why: null, remote: null}, bytes);
  }

  /** One that is described already, unless its case has these bytes. @param {Picture} picture @param {Uint8Array} bytes @returns {Promise<Picture>} */
  takePicture(picture, bytes) {
    return navigator.locks.request(`${CHANNEL} ${picture.case}`, async () => {
      const same = (await this.pictures(picture.case)).find(({hash}) => hash === picture.hash);
      if (!same) await this.#writing('pictures', picture.id, () => this.#vault.keep(picture, bytes));
      return same ?? picture;
    });
  }

  /** @param {string} pictureId @returns {Promise<Blob>} */
  async pixels(pictureId) {
    const picture = await this.picture(pictureId), bytes = await this.#vault.bytes(pictureId);
    if (!picture || !bytes) throw new Refused('gone');
    return new Blob([bytes], {type: picture.kind});
  }

  /** @param {string} pictureId */
  result(pictureId) { return this.#rows.get('results', pictureId); }

  /** @param {Result} row */
  putResult(row) { return this.#writing('results', row.picture, () => this.#rows.put('results', row)); }

  /** The reader's own, from the first to the last, which counts. @param {string} pictureId */
  async reviews(pictureId) { return (await this.opinions(pictureId)).filter(({by}) => !by); }

  /** Those of other readers too. In a blind case nobody is shown them before their own. @param {string} pictureId */
  async opinions(pictureId) {
    const found = await this.#rows.parts('reviews', pictureId), name = await this.reader();
    return found.map(each => ({...each, by: otherThan(name, each.by)})).sort((one, other) => one.made - other.made || byId(one, other));
  }

  /** Beside all others; one that has its id already stays as it is. Whether it was new. @param {Review} row */
  addReview(row) { return this.#writing('reviews', row.id, () => this.#rows.add('reviews', row)); }

  /** Nothing of an opinion ever changes but where else it is. @param {string} id @param {string} remote */
  async sentReview(id, remote) {
    const review = await this.#rows.get('reviews', id);
    if (review) await this.#writing('reviews', id, () => this.#rows.replace('reviews', {...review, remote}));
  }

  /** As whoever reads on this device is called elsewhere; '' where nobody said. @returns {Promise<string>} */
  async reader() { return await this.setting(READER) ?? ''; }

  /** Opinions that came under this name are one's own. @param {string} name */
  nameReader(name) { return this.putSetting(READER, name); }

  /** By their names. */
  async profiles() { return (await this.#rows.all('profiles')).sort((one, other) => one.name.localeCompare(other.name) || byId(one, other)); }

  /** @param {Profile} row */
  putProfile(row) { return this.#writing('profiles', row.id, () => this.#rows.put('profiles', row)); }

  /** @param {string} id */
  removeProfile(id) { return this.#remove('profiles', id); }

  /** With what was found in it and all opinions. @param {string} id */
  removePicture(id) { return this.#remove('pictures', id); }

  /** With its pictures. @param {string} id */
  removeCase(id) { return this.#remove('cases', id); }

  /** This store is closed by it. */
  async removeEverything() {
    this.close();
    await Store.removeEverything();
  }

  /** What was kept by that name; null where nothing was. @param {string} name @returns {Promise<any>} */
  async setting(name) { return (await this.#rows.get('settings', name))?.value ?? null; }

  /** @param {string} name @param {any} value */
  putSetting(name, value) { return this.#writing('settings', name, () => this.#rows.put('settings', {name, value})); }

  /** Whether what is kept is encrypted. */
  get isSealed() { return this.#vault.isSealed; }

  /** Whether all of it lies as the passphrase wants it. */
  isDone() { return this.#vault.isDone(); }

  /** Encrypts, or opens, what was left over for want of room. */
  async finishPassphrase() {
    await this.#vault.goOn();
    this.#tell({table: 'lock', key: ''});
  }

  /** Encrypts everything that is kept, from now on. Without the passphrase nobody can read it again. @param {string} passphrase */
  async setPassphrase(passphrase) {
    await this.#vault.seal(passphrase);
    this.#tell({table: 'lock', key: ''});
  }

  /** @param {string} old @param {string} passphrase */
  changePassphrase(old, passphrase) { return this.#vault.reseal(old, passphrase); }

  /** @param {string} passphrase */
  async removePassphrase(passphrase) {
    await this.#vault.unseal(passphrase);
    this.#tell({table: 'lock', key: ''});
  }

  /** Hear of every change, in other tabs too. @param {Listener} listener @returns {() => void} ends it */
  watch(listener) {
    this.#listeners.add(listener);
    return () => { this.#listeners.delete(listener); };
  }

  /** @param {Table} table @param {string} key */
  #remove(table, key) { return this.#writing(table, key, () => this.#vault.remove(table, key)); }

  /** @template T @param {Table} table @param {string} key @param {() => Promise<T>} work @returns {Promise<T>} */
  async #writing(table, key, work) {
    const done = await this.#vault.writing(work);
    this.#tell({table, key});
    return done;
  }

  /** @param {Change} change */
  #tell(change) {
    this.#hear(change);
    this.#channel.postMessage(change);
  }

  /** @param {Change} change */
  #hear(change) { for (const listener of this.#listeners) listener(change); }
}


/** A name, unless it is one's own or none. @param {string} own @param {string|null} [name] */
export function otherThan(own, name) { return name && name !== own ? name : null; }


/** @param {{id: string}} one @param {{id: string}} other */
function byId(one, other) { return one.id < other.id ? -1 : 1; }
