// The part of a picture that is looked at: its pixels, and cells in the frame of either.

import {placed, where} from '../scorer/cells.js';

/** @typedef {import('../values.js').Picture} Picture @typedef {import('../values.js').Cells} Cells */
/** @typedef {{square?: Picture['square']}} Framed @typedef {Framed & {width: number, height: number}} Sized */


/** Pixel by pixel; the file itself where that is all. @param {Framed} picture @param {Blob} file @returns {Promise<Blob>} */
export async function lookedAt({square}, file) {
  if (!square) return file;
  const {x, y, width, height} = square;
  const bitmap = await createImageBitmap(file, x, y, width, height, {colorSpaceConversion: 'none', premultiplyAlpha: 'none'});
  const canvas = new OffscreenCanvas(width, height);
  /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext('2d', {alpha: false})).drawImage(bitmap, 0, 0);
  bitmap.close();
  return canvas.convertToBlob({type: 'image/png'});
}


/** Cells of the whole picture, as they lie in the part. @param {Framed} picture @param {Cells} cells */
export function inPart({square}, cells) { return square ? placed(cells, [1, 1], [-square.x, -square.y]) : cells; }


/** Those of them that lie within it: the part may have been another. @param {Sized} picture @param {Cells} all */
export function withinPart(picture, all) {
  const {width, height} = picture.square ?? picture, cells = inPart(picture, all), {xy} = cells;
  return where(cells, i => xy[2 * i] >= 0 && xy[2 * i + 1] >= 0 && xy[2 * i] < width && xy[2 * i + 1] < height);
}


/** Cells of the part, as they lie in the whole picture. @param {Framed} picture @param {Cells} cells */
export function inWhole({square}, cells) { return square ? placed(cells, [1, 1], [square.x, square.y]) : cells; }
