// A picture with a ring round every cell, as `ki67 score` draws it.

import {NEGATIVE, POSITIVE, TIL} from '../scorer/cells.js';
import {Broken} from '../scorer/refused.js';

/** @typedef {import('../values.js').Cells} Cells */

const RADIUS_UM = 3.6, LEAST_RADIUS = 2;
const LONGEST = 4096;  // pixels: a telephone's canvas has no more than 16 million
const WHITE = '#ffffff', /** @type {{[label: number]: string}} */ COLOURS = {[POSITIVE]: '#d55e00', [NEGATIVE]: '#0072b2', [TIL]: '#009e73'};


/** @param {Blob} pixels @param {Cells|null} cells @param {number} umPerPx @param {number} [longest] side @returns {Promise<HTMLCanvasElement>} */
export async function drawn(pixels, cells, umPerPx, longest = LONGEST) {
  const picture = await createImageBitmap(pixels), scale = Math.min(1, longest / Math.max(picture.width, picture.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  if (cells) drawRings(context, cells, scale, Math.max(RADIUS_UM / umPerPx * scale, LEAST_RADIUS));
  return canvas;
}


/** Pale on both sides: seen on any stain. @param {CanvasRenderingContext2D} context @param {Cells} cells @param {number} scale @param {number} radius */
function drawRings(context, {xy, label}, scale, radius) {
  for (const [width, colourOf] of /** @type {[number, (label: number) => string][]} */ ([[4, () => WHITE], [2, each => COLOURS[each]]])) {
    context.lineWidth = width;
    label.forEach((each, i) => {
      context.strokeStyle = colourOf(each);
      context.beginPath();
      context.arc(xy[2 * i] * scale, xy[2 * i + 1] * scale, radius, 0, 2 * Math.PI);
      context.stroke();
    });
  }
}


/** @param {HTMLCanvasElement} canvas @returns {Promise<Blob>} */
export function png(canvas) {
  return new Promise((resolve, reject) => canvas.toBlob(blob => blob ? resolve(blob) : reject(new Broken('noDrawing')), 'image/png'));
}
