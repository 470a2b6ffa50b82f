// Part of a picture, smaller, by exact areas: what is judged of it is the same in every browser.

import {decode} from '../scorer/decode.js';
import {Reduction} from '../scorer/resize.js';

/** @typedef {import('../values.js').Rect} Rect @typedef {{width: number, height: number, data: Uint8ClampedArray}} Pixels */


/** @param {Blob} blob as it is kept @param {Rect} part @param {{width: number, height: number}} size @returns {Promise<Pixels>} */
export async function reduced(blob, part, size) {
  const reduction = new Reduction(part, size);
  await decode(new Uint8Array(await blob.arrayBuffer()), blob.type, part, (rows, top) => reduction.take(rows, top));
  const {width, height, data} = reduction.done();
  return {width, height, data: new Uint8ClampedArray(data.buffer, data.byteOffset, data.length)};
}


/** The size of a part whose longer side has at most so many pixels; never larger than it is. @param {Rect} part @param {number} most */
export function fitting({width, height}, most) {
  const times = Math.min(1, most / Math.max(width, height));
  return {width: Math.max(1, Math.round(width * times)), height: Math.max(1, Math.round(height * times))};
}


/** All of a picture. @param {{width: number, height: number}} picture @returns {Rect} */
export function whole({width, height}) { return {x: 0, y: 0, width, height}; }
