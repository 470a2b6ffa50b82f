// Counts in a thread of its own, one picture after the other, so that the page never freezes.

import {Counter} from './counter.js';
import {Lanes} from './lanes.js';
import {parts, unpacked} from './network.js';
import {Broken, Known, told} from './refused.js';

/** @typedef {{number: number, blob: Blob, wish: import('../values.js').Wish}} Asked */
/** @typedef {{number: number, counted?: import('../values.js').Counted} & import('./refused.js').Told} Answer */

/** @type {Promise<Counter>|null} */
let started = null;
let last = Promise.resolve();
const lanes = Lanes.start();

self.onmessage = ({data}) => {
  if ('packed' in data) (started = start(data.packed)).catch((error) => postMessage(told(error instanceof Known ? error : new Broken('noScorer', {line: String(error)}))));
  else last = last.then(() => answer(data));
};


/** Tells what the network is, which the page loads while this thread's modules come. @param {ArrayBuffer} packed */
async function start(packed) {
  const counter = new Counter(parts(await unpacked(packed)), await lanes);
  postMessage({network: counter.facts, rules: counter.rules, threads: (await lanes).lanes});
  return counter;
}


/** @param {Asked} asked */
async function answer({number, blob, wish}) {
  try {
    const counted = await (await /** @type {Promise<Counter>} */ (started)).count(new Uint8Array(await blob.arrayBuffer()), wish);
    postMessage({number, counted});
  } catch (error) {
    postMessage({number, ...told(error)});
  }
}
