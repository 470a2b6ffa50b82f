// A picture's pixels as they are stored: no colour profile, no turning; some rows at a time.

import {JpegPixels} from './jpeg_pixels.js';
import {isPng, mayBeTransparent} from './png.js';
import {Broken, Refused, damaged} from './refused.js';

/** @typedef {import('./resize.js').Picture} Picture @typedef {import('../values.js').Rect} Rect */
/** @typedef {{width: number, height: number, rows: (rect: Rect) => Picture, close: () => void}} Pixels of a decoded picture */


/**
 * A JPEG is decoded here, as libjpeg does it, whole or at half size; what is coded in a rare way, and a PNG, by the browser.
 * @param {Uint8Array} bytes without metadata @param {string} kind @param {1|2} shrink of a JPEG, @returns {Promise<Pixels>}
 */
export async function decoded(bytes, kind, shrink) {
  const known = kind === 'image/jpeg' ? await JpegPixels.of(bytes, shrink) : null;
  return known ?? drawn(new Blob([bytes], {type: kind}), isPng(bytes) && mayBeTransparent(bytes));
}


/** By the browser: faster, and a little different in each. @param {Blob} blob @param {boolean} careful whether some of it may shine through @returns {Promise<Pixels>} */
export async function drawn(blob, careful) { return new Drawn(await bitmapOf(blob), careful); }


/** @param {Blob} blob */
async function bitmapOf(blob) {
  try {
    return await createImageBitmap(blob, {colorSpaceConversion: 'none', premultiplyAlpha: 'none'});
  } catch {
    throw damaged();
  }
}


/** By the browser. */
class Drawn {
  /** @param {ImageBitmap} bitmap @param {boolean} careful whether some of it may shine through */
  constructor(bitmap, careful) {
    this.bitmap = bitmap;
    this.careful = careful;
    this.width = bitmap.width;
    this.height = bitmap.height;
  }

  /** @param {Rect} rect @returns {Picture} */
  rows({x, y, width, height}) {
    const context = new OffscreenCanvas(width, height).getContext('2d', {willReadFrequently: true});
    if (!context) throw new Broken('noCanvas');
    context.drawImage(this.bitmap, -x, -y);
    const rows = context.getImageData(0, 0, width, height);
    if (this.careful) refuseTransparent(rows);
    return rows;
  }

  close() { this.bitmap.close(); }
}


/** What shines through would have to be guessed. @param {Picture} rows */
function refuseTransparent({data}) {
  for (let at = 3; at < data.length; at += 4) if (data[at] < 255) throw new Refused('transparent');
}
