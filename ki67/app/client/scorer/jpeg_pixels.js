// A JPEG's pixels by jpeg.wasm: the same bits in every browser, and those by which `ki67 score` counts.

import {damaged} from './refused.js';

/** @typedef {import('./resize.js').Picture} Picture @typedef {import('../values.js').Rect} Rect */

const PAGE = 65536, FIRST_PAGES = 32, APART = 64;
const FINE = 0, UNKNOWN = -1, DAMAGED = -2; // what jpeg.wasm answers
/** @type {Promise<WebAssembly.Module>|null} */
let module = null;


/** Decoded planes in a memory of their own, which goes when they do. */
export class JpegPixels {
  /** None where it is coded in a rare way. @param {Uint8Array} bytes @param {1|2} shrink @returns {Promise<JpegPixels|null>} */
  static async of(bytes, shrink) {
    module ??= compiled();
    const memory = new WebAssembly.Memory({initial: FIRST_PAGES});
    const {exports} = await WebAssembly.instantiate(await module, {env: {memory}});
    const pixels = new JpegPixels(exports, memory);
    return pixels.#decode(bytes, shrink) ? pixels : null;
  }

  /** @param {any} wasm @param {WebAssembly.Memory} memory */
  constructor(wasm, memory) {
    this.wasm = wasm;
    this.memory = memory;
    this.width = this.height = this.room = this.end = 0;
  }

  /** @param {Rect} rect @returns {Picture} as long as no other is asked for */
  rows({x, y, width, height}) {
    const size = 4 * width * height;
    this.#grow(this.end + size);
    this.wasm.rows(y, height, x, width, this.end, this.room);
    return {data: new Uint8ClampedArray(this.memory.buffer, this.end, size), width, height};
  }

  close() {}

  /** @param {Uint8Array} bytes @param {1|2} shrink */
  #decode(bytes, shrink) {
    const start = aligned(this.wasm.__heap_base.value), planes = aligned(start + bytes.length);
    this.#grow(planes);
    new Uint8Array(this.memory.buffer, start, bytes.length).set(bytes);
    const size = this.wasm.head(start, bytes.length, shrink, planes);
    if (size === UNKNOWN) return false;
    this.width = this.wasm.width();
    this.height = this.wasm.height();
    this.room = planes + size;
    this.end = aligned(this.room + 3 * (this.width + APART));
    if (size !== DAMAGED) this.#grow(this.end);
    if (size === DAMAGED || this.wasm.decode() !== FINE) throw damaged();
    return true;
  }

  /** @param {number} bytes */
  #grow(bytes) {
    const lacks = bytes - this.memory.buffer.byteLength;
    if (lacks > 0) this.memory.grow(Math.ceil(lacks / PAGE));
  }
}


/** @param {number} place */
const aligned = (place) => Math.ceil((place + APART) / APART) * APART;


async function compiled() {
  return WebAssembly.compile(await (await fetch(new URL('jpeg.wasm', import.meta.url))).arrayBuffer());
}
