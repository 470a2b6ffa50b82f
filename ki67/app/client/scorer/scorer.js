// The scorer as the page sees it: a picture in, its cells out.

import {Broken, heard} from './refused.js';

/** @typedef {import('../values.js').Wish} Wish @typedef {import('../values.js').Counted} Counted */
/** @typedef {{digest: string, trainedOn: string, umPerPx: number, fieldUmPerPx: number, field: number}} Network */
/** @typedef {{network: Network, rules: any, threads: number}} Ready */
/** @typedef {{done: (counted: Counted) => void, failed: (error: Error) => void}} Waiting */


/** Holds a thread until it is closed. */
export class Scorer {
  /** Ready once the network is there. @param {URL} [base] where the scorer's files lie @returns {Promise<Scorer>} */
  static async start(base = new URL('./', import.meta.url)) {
    const network = fetch(new URL('../network.bin', base)).then((response) => response.arrayBuffer());
    const worker = new Worker(new URL('worker.js', base), {type: 'module'});
    const ready = await new Promise((done, failed) => {
      const fail = (/** @type {unknown} */ line) => failed(new Broken('noScorer', {line: String(line)}));
      worker.onmessage = ({data}) => 'failed' in data ? failed(heard(data)) : done(data);
      worker.onerror = ({message}) => fail(message);
      network.then((packed) => worker.postMessage({packed}, [packed]), fail);
    });
    return new Scorer(worker, ready);
  }

  /** @param {Worker} worker @param {Ready} ready */
  constructor(worker, {network, rules, threads}) {
    this.network = network;
    this.rules = rules;
    this.threads = threads;
    this.worker = worker;
    /** @type {Map<number, Waiting>} */
    this.waiting = new Map();
    this.asked = 0;
    worker.onmessage = ({data}) => this.#settle(data);
    worker.onerror = ({message}) => this.#fail(new Broken('unforeseen', {line: message}));
  }

  /** @param {Blob} blob @param {Wish} wish @returns {Promise<Counted>} rejected by `Refused` where it cannot be counted */
  score(blob, wish) {
    const number = this.asked++;
    this.worker.postMessage({number, blob, wish});
    return new Promise((done, failed) => this.waiting.set(number, {done, failed}));
  }

  /** Ends the thread; what waits fails. */
  close() {
    this.worker.terminate();
    this.#fail(new Broken('scorerClosed'));
  }

  /** @param {import('./worker.js').Answer} answer */
  #settle({number, counted, ...told}) {
    const waiting = this.waiting.get(number);
    this.waiting.delete(number);
    if (counted) waiting?.done(counted);
    else waiting?.failed(heard(told));
  }

  /** @param {Broken} why */
  #fail(why) {
    for (const {failed} of this.waiting.values()) failed(why);
    this.waiting.clear();
  }
}
