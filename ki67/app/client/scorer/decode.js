// A picture's pixels as they are stored: no colour profile, no turning; some rows at a time.

import {isPng, mayBeTransparent} from './png.js';
import {Refused, damaged} from './refused.js';

/** @typedef {import('./resize.js').Picture} Picture @typedef {import('../values.js').Rect} Rect */
/** @typedef {(rows: Picture, top: number) => void} Take */

const ROWS = 128;


/**
 * Hands over the pixels of a part of the picture, from top to bottom.
 * @param {Uint8Array} bytes without metadata @param {string} kind @param {Rect} part @param {Take} take
 */
export async function decode(bytes, kind, part, take) {
  const bitmap = await bitmapOf(new Blob([bytes], {type: kind})), careful = isPng(bytes) && mayBeTransparent(bytes);
  try {
    for (let top = 0; top < part.height; top += ROWS) {
      const rows = rowsOf(bitmap, {...part, y: part.y + top, height: Math.min(ROWS, part.height - top)});
      if (careful) refuseTransparent(rows);
      take(rows, top);
    }
  } finally {
    bitmap.close();
  }
}


/** @param {Blob} blob */
async function bitmapOf(blob) {
  try {
    return await createImageBitmap(blob, {colorSpaceConversion: 'none', premultiplyAlpha: 'none'});
  } catch {
    throw damaged();
  }
}


/** @param {ImageBitmap} bitmap @param {Rect} rect @returns {Picture} */
function rowsOf(bitmap, {x, y, width, height}) {
  const canvas = new OffscreenCanvas(width, height), context = canvas.getContext('2d', {willReadFrequently: true});
  if (!context) throw new Error('no canvas in a worker: use a newer browser');
  context.drawImage(bitmap, -x, -y);
  return context.getImageData(0, 0, width, height);
}


/** What shines through would have to be guessed. @param {Picture} rows */
function refuseTransparent({data}) {
  for (let at = 3; at < data.length; at += 4) if (data[at] < 255) throw new Refused('transparent');
}
