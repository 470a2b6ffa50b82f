// Sends what was made on this device, when there is a server and its owner is signed in. Nothing is sent twice, nothing is lost:
// what is sent has its own id or hash, and waits until the server has said that it is there.

import {Declined, Offline} from './asked.js';
import {Parcels} from './parcels.js';
import {Refused} from '../scorer/refused.js';

/** @typedef {import('../store/device.js').Store} Store @typedef {import('./api.js').Server} Server @typedef {import('./parcels.js').Parcel} Parcel */
/** @typedef {'rest'|'sending'|'offline'|'later'|'signedOut'|'another'} Doing `another`: what is here belongs to another account */
/** @typedef {{name: string, line: string}} RefusedParcel the case's name and the server's own line */
/** @typedef {{doing: Doing, waiting: number, opinions: number, refused: RefusedParcel[], sentAt: number|null}} State */
/** What outlasts a reload. @typedef {{account: string|null, sentAt: number|null, unscaled: string[]}} Kept */

const LOCK = 'ki67 outbox', SETTING = 'outbox', LATER = [408, 429, 500, 502, 503, 504, 507], NOT_SIGNED_IN = 401;
const CALM = 500, SHORTEST = 2_000, LONGEST = 300_000;  // milliseconds: before a run, between two tries


export class Outbox {
  /** @type {State} */ state = {doing: 'rest', waiting: 0, opinions: 0, refused: [], sentAt: null};
  /** What the server will not have, until somebody tries again. @type {Map<string, RefusedParcel>} */ #refused = new Map();
  /** @type {Set<() => void>} */ #listeners = new Set();
  #wait = SHORTEST;
  #timer = 0;

  /** @param {Store} store @param {Server} server */
  constructor(store, server) {
    this.store = store;
    this.server = server;
  }

  /** From now on, whenever there is something to send or a way to. */
  start() {
    if (!this.server.available) return;
    this.store.watch(({table}) => { if (table !== 'settings') this.#soon(CALM); });
    this.server.watch(() => this.#soon(0));
    addEventListener('online', () => this.#soon(0));
    this.#soon(0);
  }

  /** Hear of every change of the state. @param {() => void} listener @returns {() => void} ends it */
  watch(listener) {
    this.#listeners.add(listener);
    return () => { this.#listeners.delete(listener); };
  }

  /** What was refused is tried once more. */
  async tryAgain() {
    this.#refused.clear();
    await this.run();
  }

  /** Whether every opinion is there: before that, nothing may be shown that would make the next ones less than blind. */
  async allSaid() {
    await this.run();
    return this.state.opinions === 0;
  }

  /**
   * Brings cases of this account here, while nothing is sent; from then on what is on this device is that account's.
   * @param {() => Promise<string[]>} work gives the pictures whose scale nobody knows
   */
  async bringing(work) {
    await navigator.locks.request(LOCK, async () => {
      const kept = await this.#kept(), account = this.server.me?.id ?? null;
      if (!account || (kept.account && kept.account !== account)) throw new Refused('anotherAccount');
      await this.#keep({...kept, account});
      await this.#keep({...kept, account, unscaled: [...new Set([...kept.unscaled, ...await work()])]});
    });
  }

  /** Sends all that waits, in one tab at a time. */
  async run() {
    if (this.server.available) await navigator.locks.request(LOCK, () => this.#run());
  }

  async #run() {
    clearTimeout(this.#timer);
    if (!this.server.reachable) await this.server.look();
    const kept = await this.#kept(), parcels = new Parcels(this.store, this.server, new Set(kept.unscaled));
    this.state.sentAt = kept.sentAt;
    const doing = this.#hindered(kept) ?? await this.#sendAll(parcels, kept);
    await this.#tell(doing, await parcels.waiting());
    if (doing === 'offline' || doing === 'later') this.#soon(this.#wait);
  }

  /** Why nothing can be sent at all. @param {Kept} kept @returns {Doing|null} */
  #hindered({account}) {
    if (!this.server.reachable) return this.#patience('offline', null);
    if (!this.server.me) return 'signedOut';
    return account && account !== this.server.me.id ? 'another' : null;
  }

  /** @param {Parcels} parcels @param {Kept} kept @returns {Promise<Doing>} */
  async #sendAll(parcels, kept) {
    const waiting = await parcels.waiting();
    for (const [i, parcel] of waiting.entries()) {
      if (this.#refused.has(parcel.id)) continue;
      await this.#tell('sending', waiting.slice(i));
      const came = await this.#sent(parcel);
      if (came === 'sent') await this.#keep({account: this.server.me?.id ?? kept.account, sentAt: Date.now(), unscaled: [...parcels.unscaled]});
      else if (came !== 'left') return came;
    }
    return 'rest';
  }

  /** What came of it: sent, left for another time or for good, or what keeps the next ones from being sent too. @param {Parcel} parcel @returns {Promise<'sent'|'left'|Doing>} */
  async #sent(parcel) {
    try {
      await parcel.send();
      this.#wait = SHORTEST;
      return 'sent';
    } catch (error) {
      if (error instanceof Offline) return this.#patience('offline', null);
      if (error instanceof Refused) return 'left';  // removed meanwhile, or its picture is not there
      if (!(error instanceof Declined)) throw error;
      if (error.status === NOT_SIGNED_IN) return 'signedOut';
      if (LATER.includes(error.status)) return this.#patience('later', error.retryAfter);
      this.#refused.set(parcel.id, {name: parcel.name, line: error.message});
      return 'left';
    }
  }

  /** Each time twice as long, or as long as the server asks for. @param {Doing} doing @param {number|null} seconds @returns {Doing} */
  #patience(doing, seconds) {
    this.#wait = Math.max(Math.min(2 * this.#wait, LONGEST), 1000 * (seconds ?? 0));
    return doing;
  }

  /** @param {number} wait */
  #soon(wait) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.run(), wait);
  }

  /** @returns {Promise<Kept>} */
  async #kept() { return await this.store.setting(SETTING) ?? {account: null, sentAt: null, unscaled: []}; }

  /** @param {Kept} kept */
  async #keep(kept) {
    await this.store.putSetting(SETTING, kept);
    this.state.sentAt = kept.sentAt;
  }

  /** @param {Doing} doing @param {Parcel[]} waiting */
  async #tell(doing, waiting) {
    const left = waiting.filter(({id}) => !this.#refused.has(id));
    this.state = {
      doing, waiting: left.length, opinions: left.filter(parcel => parcel.isOpinion).length,
      refused: [...this.#refused.values()], sentAt: this.state.sentAt,
    };
    for (const listener of this.#listeners) listener();
  }
}
