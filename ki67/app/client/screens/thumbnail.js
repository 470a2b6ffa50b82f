// Pictures on the screen: small ones for lists, and whole ones while a screen shows them.

import {el} from './made.js';

const SIDE = 64;  // pixels of the page


/** A small square of it; decorative, for its name stands beside it. @param {Blob} blob @param {import('../values.js').Rect|null} square */
export async function thumbnail(blob, square) {
  const side = SIDE * Math.ceil(devicePixelRatio), canvas = el('canvas', {class: 'thumbnail', width: side, height: side, 'aria-hidden': 'true'});
  try {
    const bitmap = await createImageBitmap(blob, {colorSpaceConversion: 'none'});
    const {x, y, width, height} = square ?? {x: 0, y: 0, width: bitmap.width, height: bitmap.height}, edge = Math.min(width, height);
    canvas.getContext('2d')?.drawImage(bitmap, x + (width - edge) / 2, y + (height - edge) / 2, edge, edge, 0, 0, side, side);
    bitmap.close();
  } catch { canvas.classList.add('broken'); }
  return canvas;
}


/** An image of these bytes, whose address is given back once the screen is left. @param {Blob} blob @param {string} alt */
export function shown(blob, alt) {
  const url = URL.createObjectURL(blob), image = el('img', {src: url, alt, decoding: 'async'});
  return {image, release: () => URL.revokeObjectURL(url)};
}
