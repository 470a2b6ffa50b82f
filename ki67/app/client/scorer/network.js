// A network from the file that Python writes, run by `layers.wasm`: pictures in, maps out. Knows nothing of cells.

import {Broken} from './refused.js';

/**
 * @typedef {{kind: string, read: number[], write: number, first: number, side: number, dilation: number, slope: number,
 *   floats: number, weights: number}} Layer
 * @typedef {{format: number, network: any, places: [number, number][], layers: Layer[], rules: any, codebook: number,
 *   floats: number}} Head
 * @typedef {{head: Head, floats: Float32Array, weights: Uint8Array|Uint16Array}} File each weight a place in the codebook
 * @typedef {{wasm: any, memory: WebAssembly.Memory, floor: number, lanes: number}} Room the functions of layers.wasm, its memory, from where
 *   on that is free, and how many parts run side by side
 * @typedef {[string, ...number[]]} Call a function of layers.wasm and its arguments, but for the last two: which part of how many
 */

export const FORMAT = 2;
const BYTE = 256; // values that a byte can tell apart
const BORDER = 4, CHUNK = 8, PAGE = 65536, SPARE = 64;

/** @param {ArrayBuffer} packed @returns {Promise<ArrayBuffer>} */
export async function unpacked(packed) {
  return new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'))).arrayBuffer();
}

/**
 * The file's parts.
 * @param {ArrayBuffer} content
 * @returns {File}
 */
export function parts(content) {
  const length = new DataView(content).getUint32(0, true);
  /** @type {Head} */
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(content, 4, length)));
  if (head.format !== FORMAT) throw new Broken('otherNetwork', {format: head.format, read: FORMAT});
  const floats = new Float32Array(content, 4 + length, head.floats);
  const bytes = new Uint8Array(content, 4 + length + 4 * head.floats);
  return {head, floats, weights: head.codebook > BYTE ? paired(bytes) : bytes};
}

/** All lowest bytes, then all highest, as numbers. @param {Uint8Array} bytes */
function paired(bytes) {
  const numbers = new Uint16Array(bytes.length / 2);
  for (let i = 0; i < numbers.length; i++) numbers[i] = bytes[i] + bytes[numbers.length + i] * BYTE;
  return numbers;
}

/** Where things lie in the memory of layers.wasm: one after the other, never given back. */
class Ground {
  /** @param {WebAssembly.Memory} memory @param {number} top */
  constructor(memory, top) { this.memory = memory; this.top = top; }

  /** @param {number} bytes */
  take(bytes) {
    const place = this.top;
    this.top += Math.ceil((bytes + SPARE) / SPARE) * SPARE;
    const lacks = this.top - this.memory.buffer.byteLength;
    if (lacks > 0) this.memory.grow(Math.ceil(lacks / PAGE));
    return place;
  }
}

/** The weights in memory, and the calls that run the layers on a picture of some size. */
export class Network {
  /** @param {File} file @param {Room} room */
  constructor(file, {wasm, memory, floor, lanes}) {
    this.head = file.head;
    this.memory = memory;
    const ground = new Ground(memory, floor);
    this.kernels = this.head.layers.map((layer) => laid(layer, file, this.head, wasm, ground));
    this.rooms = Array.from({length: lanes}, () => ground.take(16 * this.#widest() * CHUNK * 16));
    this.floor = ground.top;
    this.size = '';
    /** @type {Call[]} */
    this.calls = [];
  }

  /** The picture's place, and calls for its size: once for each size that comes. @param {number} width @param {number} height */
  prepare(width, height) {
    if (this.size === `${width} ${height}`) return;
    this.size = `${width} ${height}`;
    const ground = new Ground(this.memory, this.floor);
    this.picture = ground.take(width * height * 4);
    const places = this.head.places.map(([channels, level]) => planes(ground, channels, padded(width) >> level, padded(height) >> level));
    this.calls = [['pixels', this.picture, width, height, places[0]], ...this.head.layers.map((layer, i) => this.#call(layer, i, places))];
    this.maps = places[this.head.layers[this.head.layers.length - 1].write];
  }

  /** @param {Uint8ClampedArray|Uint8Array} rgba */
  show(rgba) { new Uint8Array(this.memory.buffer, this.picture, rgba.length).set(rgba); }

  /** The three maps of the picture, one after the other, without what was added to its sides. @param {number} width @param {number} height */
  answer(width, height) {
    const [data, channels, wide, high] = new Uint32Array(this.memory.buffer, this.maps, 4);
    const row = wide + 2 * BORDER, area = row * (high + 2 * BORDER), all = new Float32Array(this.memory.buffer, data, channels * area);
    const maps = new Float32Array(channels * width * height);
    for (let c = 0; c < channels; c++)
      for (let y = 0; y < height; y++) {
        const start = c * area + (y + BORDER) * row + BORDER;
        maps.set(all.subarray(start, start + width), (c * height + y) * width);
      }
    return maps;
  }

  #widest() { return Math.max(...this.head.layers.filter((layer) => layer.side === 3).map((layer) => this.head.places[layer.read[0]][0])); }

  /** @param {Layer} layer @param {number} number @param {number[]} places @returns {Call} */
  #call(layer, number, places) {
    const [one, two = 0, three = 0] = layer.read.map((place) => places[place]), write = places[layer.write];
    const {weights, factor, term} = this.kernels[number], count = this.head.places[layer.write][0];
    switch (layer.kind) {
      case 'convolve':
        return layer.side === 1
          ? ['pointwise', one, write, 0, count, weights, term, layer.slope]
          : ['winograd', one, write, 0, count, weights, term, layer.dilation, layer.slope, this.rooms[0], this.rooms.length > 1 ? this.rooms[1] - this.rooms[0] : 0];
      case 'sum': return ['summed', one, two, three, write, factor, term, layer.slope];
      case 'pool': return ['pooled', one, write];
      case 'double': return ['doubled', one, write];
      default: return ['copied', one, write, layer.first];
    }
  }
}

/** Sides are multiples of sixteen: what lacks repeats the edge. @param {number} length */
export const padded = (length) => Math.ceil(length / 16) * 16;

/** @param {Ground} ground @param {number} channels @param {number} width @param {number} height */
function planes(ground, channels, width, height) {
  const bytes = channels * (width + 2 * BORDER) * (height + 2 * BORDER) * 4;
  const place = ground.take(16), data = ground.take(bytes);
  new Uint8Array(ground.memory.buffer, data, bytes + SPARE).fill(0);
  new Uint32Array(ground.memory.buffer, place, 4).set([data, channels, width, height]);
  return place;
}

/**
 * A layer's numbers in memory: its kernel with the factor in it, in the order that its function reads; factor and term.
 * @param {Layer} layer @param {File} file @param {Head} head @param {any} wasm @param {Ground} ground
 */
function laid(layer, {floats, weights}, head, wasm, ground) {
  const count = head.places[layer.write][0], full = Math.ceil(count / 4) * 4, input = head.places[layer.read[0]][0];
  const at = {weights: 0, factor: ground.take(full * 4), term: ground.take(full * 4)};
  const numbers = (/** @type {number} */ place, /** @type {number} */ n) => new Float32Array(ground.memory.buffer, place, n);
  if (layer.kind !== 'convolve' && layer.kind !== 'sum') return at;
  const factor = floats.subarray(layer.floats, layer.floats + count);
  numbers(at.factor, count).set(factor);
  numbers(at.term, count).set(floats.subarray(layer.floats + count, layer.floats + 2 * count));
  if (layer.kind === 'sum') return at;
  const taps = layer.side * layer.side, kernel = new Float32Array(input * taps * count);
  for (let i = 0; i < kernel.length; i++) kernel[i] = floats[weights[layer.weights + i]] * factor[i % count];
  if (layer.side === 1) {
    at.weights = ground.take(full * input * 4);
    const ordered = numbers(at.weights, full * input);
    for (let i = 0; i < kernel.length; i++) ordered[((i % count >> 2) * input + Math.floor(i / count)) * 4 + (i % count & 3)] = kernel[i];
    return at;
  }
  at.weights = ground.take(full * input * 16 * 4);
  const raw = new Ground(ground.memory, ground.top).take(kernel.length * 4); // needed no longer once it is transformed
  numbers(raw, kernel.length).set(kernel);
  wasm.prepare(raw, at.weights, input, count);
  return at;
}
