// Lanes that go through the same calls side by side, each doing its part, and wait for one another after each.

/** @typedef {import('./network.js').Call} Call */
/** @typedef {{part: number, parts: number, meeting: Int32Array|null}} Lane `meeting`: how many arrived, and how often all did; none where one is alone */

const ARRIVED = 0, ROUND = 1;
const PATIENCE = 20_000; // looks before a lane lies down to sleep


/** @param {any} wasm @param {Call[]} calls @param {Lane} lane */
export function walk(wasm, calls, {part, parts, meeting}) {
  for (const [name, ...values] of calls) {
    wasm[name](...values, part, parts);
    if (meeting) meet(meeting, parts);
  }
}


/** @param {Int32Array} meeting @param {number} parts */
function meet(meeting, parts) {
  const round = Atomics.load(meeting, ROUND);
  if (Atomics.add(meeting, ARRIVED, 1) === parts - 1) {
    Atomics.store(meeting, ARRIVED, 0);
    Atomics.add(meeting, ROUND, 1);
    Atomics.notify(meeting, ROUND);
    return;
  }
  for (let look = 0; look < PATIENCE; look++) if (Atomics.load(meeting, ROUND) !== round) return;
  Atomics.wait(meeting, ROUND, round);
}
