// Part of a picture, smaller, for a quick look at it: as the browser decodes it, by exact areas.

import {drawn} from '../scorer/decode.js';
import {reduced} from '../scorer/resize.js';

/** @typedef {import('../values.js').Rect} Rect */


/** @param {Blob} blob as it is kept @param {Rect} part @param {{width: number, height: number}} size */
export async function smaller(blob, part, size) { return reduced(await drawn(blob, false), part, size); }


/** The size of a part whose longer side has at most so many pixels; never larger than it is. @param {Rect} part @param {number} most */
export function fitting({width, height}, most) {
  const times = Math.min(1, most / Math.max(width, height));
  return {width: Math.max(1, Math.round(width * times)), height: Math.max(1, Math.round(height * times))};
}


/** All of a picture. @param {{width: number, height: number}} picture @returns {Rect} */
export function whole({width, height}) { return {x: 0, y: 0, width, height}; }
