// layers.wasm on as many cores as there are where the page is isolated, else on one.

import {walk} from './lockstep.js';

/** @typedef {import('./network.js').Call} Call @typedef {import('./lockstep.js').Lane} Lane */

const MOST = 4; // lanes: more of a telephone's cores are slow ones
const STACK = 1 << 16, PAGES = 64, MOST_PAGES = 16384;


/** @param {string} name */
const compiled = async (name) => WebAssembly.compile(await (await fetch(new URL(name, import.meta.url))).arrayBuffer());


/** The first lane, in the worker where it was started, and those beside it. */
export class Lanes {
  /** As many as help. @returns {Promise<Lanes>} */
  static async start() {
    const parts = self.crossOriginIsolated ? Math.min(navigator.hardwareConcurrency, MOST) : 1;
    return parts > 1 ? Lanes.#together(parts).catch(Lanes.#alone) : Lanes.#alone();
  }

  static async #alone() {
    const memory = new WebAssembly.Memory({initial: PAGES});
    return Lanes.#of(await compiled('layers.wasm'), memory, 1, null);
  }

  /** @param {number} parts */
  static async #together(parts) {
    const memory = new WebAssembly.Memory({initial: PAGES, maximum: MOST_PAGES, shared: true}), module = await compiled('layers-shared.wasm');
    const lanes = await Lanes.#of(module, memory, parts, new Int32Array(new SharedArrayBuffer(8)));
    lanes.others = await Promise.all(Array.from({length: parts - 1}, (_, i) => lanes.#beside(module, i + 1)));
    return lanes;
  }

  /** @param {WebAssembly.Module} module @param {WebAssembly.Memory} memory @param {number} parts @param {Int32Array|null} meeting */
  static async #of(module, memory, parts, meeting) {
    const {exports} = await WebAssembly.instantiate(module, {env: {memory}});
    return new Lanes(exports, memory, {part: 0, parts, meeting});
  }

  /** @param {any} wasm @param {WebAssembly.Memory} memory @param {Lane} lane */
  constructor(wasm, memory, lane) {
    this.wasm = wasm;
    this.memory = memory;
    this.lane = lane;
    this.lanes = lane.parts;
    /** @type {Worker[]} */
    this.others = [];
    this.bottom = Math.ceil(wasm.__heap_base.value / 16) * 16;
    this.floor = this.bottom + STACK * (this.lanes - 1);
  }

  /** Through all calls, part by part. @param {Call[]} calls */
  run(calls) {
    for (const other of this.others) other.postMessage(calls);
    walk(this.wasm, calls, this.lane);
  }

  /** @param {WebAssembly.Module} module @param {number} part @returns {Promise<Worker>} */
  #beside(module, part) {
    const worker = new Worker(new URL('lane.js', import.meta.url), {type: 'module'});
    worker.postMessage({module, memory: this.memory, stack: this.bottom + STACK * part, lane: {...this.lane, part}});
    return new Promise((ready, failed) => {
      worker.onmessage = () => ready(worker);
      worker.onerror = failed;
    });
  }
}
