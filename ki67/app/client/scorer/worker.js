// Counts in a thread of its own, one picture after the other, so that the page never freezes.

import {Counter} from './counter.js';
import {Lanes} from './lanes.js';
import {parts, unpacked} from './network.js';
import {Refused} from './refused.js';

/** @typedef {{number: number, blob: Blob, wish: import('../values.js').Wish}} Asked */
/** @typedef {{number: number, counted?: import('../values.js').Counted, why?: import('../values.js').Warning, failed?: string}} Answer */

const started = start();
started.catch((error) => postMessage({failed: String(error)}));
let last = Promise.resolve();

self.onmessage = ({data}) => { last = last.then(() => answer(data)); };


/** Tells what the network is. */
async function start() {
  const packed = await (await fetch(new URL('../network.bin', import.meta.url))).arrayBuffer();
  const [lanes, content] = await Promise.all([Lanes.start(), unpacked(packed)]);
  const counter = new Counter(parts(content), lanes);
  postMessage({network: counter.facts, rules: counter.rules, rung: lanes.rung});
  return counter;
}


/** @param {Asked} asked */
async function answer({number, blob, wish}) {
  try {
    const counted = await (await started).count(new Uint8Array(await blob.arrayBuffer()), wish);
    postMessage({number, counted});
  } catch (error) {
    postMessage(error instanceof Refused ? {number, why: error.why} : {number, failed: String(error)});
  }
}
