// A picture in another size by area averaging, byte for byte as Pillow's BOX does it: first along its rows, then down its columns.

import {rounded} from './numbers.js';

/** @typedef {{data: Uint8Array|Uint8ClampedArray, width: number, height: number}} Picture red, green, blue and opacity a pixel */
/** @typedef {{width: number, height: number}} Size */
/** @typedef {{first: number, count: number, weight: number}} Run pixels that become one, and what each weighs */

const BITS = 22, HALF = 1 << (BITS - 1);
const ROWS = 128; // that are read at once


/** The size of a picture at another scale. @param {Size} size @param {number} umPerPx @param {number} wanted @returns {Size} */
export function sizeAt({width, height}, umPerPx, wanted) {
  const reduction = wanted / umPerPx;
  return {width: rounded(width / reduction), height: rounded(height / reduction)};
}


/** Which pixels of one side become which. @param {number} from @param {number} to @returns {Run[]} */
function runs(from, to) {
  const scale = from / to, support = Math.max(scale, 1) / 2;
  return Array.from({length: to}, (_, i) => {
    const centre = (i + .5) * scale, inside = (/** @type {number} */ pixel) => {
      const away = (pixel - centre + .5) / (2 * support);
      return away > -.5 && away <= .5;
    };
    let first = Math.max(Math.trunc(centre - support + .5), 0), last = Math.min(Math.trunc(centre + support + .5), from) - 1;
    while (first < last && !inside(first)) first++;
    while (last > first && !inside(last)) last--;
    const count = last - first + 1;
    return {first, count, weight: Math.trunc(.5 + (1 / count) * (1 << BITS))};
  });
}


/** Takes a picture some rows at a time, so that it need not lie in memory as a whole. */
export class Reduction {
  /** @param {Size} from @param {Size} to */
  constructor(from, to) {
    this.from = from;
    this.to = to;
    this.across = runs(from.width, to.width);
    this.narrow = new Uint8Array(4 * to.width * from.height);
  }

  /** Rows from `top` on. @param {Picture} rows @param {number} top */
  take({data, width, height}, top) {
    for (let y = 0, write = 4 * top * this.to.width; y < height; y++)
      for (const {first, count, weight} of this.across) {
        let red = 0, green = 0, blue = 0;
        for (let at = 4 * (y * width + first), end = at + 4 * count; at < end; at += 4) {
          red += data[at];
          green += data[at + 1];
          blue += data[at + 2];
        }
        write = this.#put(this.narrow, write, red * weight, green * weight, blue * weight);
      }
  }

  /** The picture in its new size, when all rows were taken. @returns {Picture} */
  done() {
    const row = 4 * this.to.width, sums = new Int32Array(row), data = new Uint8ClampedArray(row * this.to.height);
    let write = 0;
    for (const {first, count, weight} of runs(this.from.height, this.to.height)) {
      sums.fill(0);
      for (let at = first * row, end = at + count * row; at < end; at += row) for (let i = 0; i < row; i++) sums[i] += this.narrow[at + i];
      for (let i = 0; i < row; i += 4) write = this.#put(data, write, sums[i] * weight, sums[i + 1] * weight, sums[i + 2] * weight);
    }
    return {data, ...this.to};
  }

  /** @param {Uint8Array|Uint8ClampedArray} to @param {number} at @param {number} red @param {number} green @param {number} blue */
  #put(to, at, red, green, blue) {
    to[at] = (red + HALF) >> BITS;
    to[at + 1] = (green + HALF) >> BITS;
    to[at + 2] = (blue + HALF) >> BITS;
    to[at + 3] = 255;
    return at + 4;
  }
}


/**
 * A part of a picture in another size, read some rows at a time.
 * @param {import('./decode.js').Pixels} pixels @param {import('../values.js').Rect} part @param {Size} size
 */
export function reduced(pixels, part, size) {
  const reduction = new Reduction(part, size);
  try {
    for (let top = 0; top < part.height; top += ROWS)
      reduction.take(pixels.rows({...part, y: part.y + top, height: Math.min(ROWS, part.height - top)}), top);
    return reduction.done();
  } finally {
    pixels.close();
  }
}


/** A part of a picture. @param {Picture} picture @param {number} x @param {number} y @param {Size} size @returns {Picture} */
export function cut(picture, x, y, {width, height}) {
  const data = new Uint8ClampedArray(4 * width * height);
  for (let row = 0; row < height; row++) {
    const start = 4 * ((y + row) * picture.width + x);
    data.set(picture.data.subarray(start, start + 4 * width), 4 * row * width);
  }
  return {data, width, height};
}
