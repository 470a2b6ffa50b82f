// A kind of cell drawn once for each size, then copied: thousands of copies cost less than thousands of outlines.

import {outline} from './kinds.js';

/** @typedef {import('./kinds.js').Kind} Kind */
/** @typedef {{image: HTMLCanvasElement, middle: number}} Sprite its middle in pixels of the device */
/** @typedef {'rings'|'mask'} Look */

const LINE = 1.8, CASING = 3.4; // CSS px: a light casing keeps an outline visible on dark nuclei

export class Sprites {
  /** @type {Map<string, Sprite>} */ #made = new Map();

  /** @param {Kind} kind @param {number} radius in CSS px @param {number} ratio pixels of the device in one @param {Look} look */
  of(kind, radius, ratio, look) {
    const size = Math.round(radius * ratio * 2) / 2, key = [kind.colour, kind.shape, size, ratio, look].join();
    const known = this.#made.get(key);
    if (known) return known;
    if (this.#made.size > 200) this.#made.clear();
    const made = sprite(kind, size / ratio, ratio, look);
    this.#made.set(key, made);
    return made;
  }
}


/**
 * A canvas that no graphics card holds: to copy thousands of small ones from a card, or onto it, is what browsers are slow at.
 * @param {HTMLCanvasElement} canvas
 */
export function inMemory(canvas) {
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d', {willReadFrequently: true}));
}


/** @param {Kind} kind @param {number} radius @param {number} ratio @param {Look} look @returns {Sprite} */
function sprite(kind, radius, ratio, look) {
  const middle = Math.ceil((radius * 1.3 + CASING) * ratio), image = document.createElement('canvas');
  image.width = image.height = 2 * middle;
  const context = inMemory(image);
  context.translate(middle, middle);
  context.scale(ratio, ratio);
  (look === 'mask' ? fill : ring)(context, kind, radius);
  return {image, middle};
}


/** @param {CanvasRenderingContext2D} context @param {Kind} kind @param {number} radius */
function ring(context, kind, radius) {
  const path = outline(kind.shape, radius);
  for (const [colour, width] of /** @type {[string, number][]} */ ([['rgb(255 255 255 / .75)', CASING], [kind.colour, LINE]])) {
    [context.strokeStyle, context.lineWidth] = [colour, width];
    context.stroke(path);
  }
}


/** @param {CanvasRenderingContext2D} context @param {Kind} kind @param {number} radius */
function fill(context, kind, radius) {
  const path = outline(kind.shape, radius);
  [context.fillStyle, context.strokeStyle, context.globalAlpha] = [kind.colour, kind.colour, .5];
  context.fill(path);
  context.stroke(path);
}
