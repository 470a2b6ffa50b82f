// Pictures on the screen: small ones for lists, and whole ones while a screen shows them.

import {el} from './made.js';

const SIDE = 64;  // pixels of the page


/** @type {Promise<void>} */
let before = Promise.resolve();


/**
 * A small square of it, decorative, for its name stands beside it. It is drawn after those asked for before, one at a time: a
 * decoded picture is large.
 * @param {() => Promise<Blob>} pixels @param {import('../values.js').Rect|null} square
 */
export function thumbnail(pixels, square) {
  const side = SIDE * Math.ceil(devicePixelRatio), canvas = el('canvas', {class: 'thumbnail', width: side, height: side, 'aria-hidden': 'true'});
  before = before.then(async () => draw(canvas, await pixels(), square)).catch(() => { canvas.classList.add('broken'); });
  return canvas;
}


/** @param {HTMLCanvasElement} canvas @param {Blob} blob @param {import('../values.js').Rect|null} square */
async function draw(canvas, blob, square) {
  const bitmap = await createImageBitmap(blob, {colorSpaceConversion: 'none'});
  const {x, y, width, height} = square ?? {x: 0, y: 0, width: bitmap.width, height: bitmap.height}, edge = Math.min(width, height);
  canvas.getContext('2d')?.drawImage(bitmap, x + (width - edge) / 2, y + (height - edge) / 2, edge, edge, 0, 0, canvas.width, canvas.height);
  bitmap.close();
}


/** An image of these bytes, whose address is given back once the screen is left. @param {Blob} blob @param {string} alt */
export function shown(blob, alt) {
  const url = URL.createObjectURL(blob), image = el('img', {src: url, alt, decoding: 'async'});
  return {image, release: () => URL.revokeObjectURL(url)};
}
