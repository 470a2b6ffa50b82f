// Cells drawn once for a view and some way about it. While a hand moves, that drawing is moved and stretched: a frame then costs one
// copy however many cells there are. It is drawn anew where it covers the screen no longer, and sharply when the hand rests.

import {inMemory} from './sprites.js';
import {seen} from './view.js';

/** @typedef {import('./drawing.js').Frame} Frame */

const ABOUT = .25; // of the screen, on each side
const COARSE = 1.5; // no more is it stretched

export class Overlay {
  #image = document.createElement('canvas');
  #context = inMemory(this.#image);
  /** @type {Frame|null} */ #drawn = null;

  /** What was drawn is no longer so. */
  forget() { this.#drawn = null; }

  /** @param {Frame} frame @param {boolean} resting @param {(frame: Frame) => void} draw draws the cells into a frame */
  draw(frame, resting, draw) {
    const known = this.#drawn, {view, ratio, context} = frame;
    const good = known && covers(known, frame) && (resting ? known.view.scale === view.scale : view.scale / known.view.scale < COARSE);
    const from = this.#drawn = good ? known : this.#anew(frame, draw), factor = view.scale / from.view.scale;
    const [x, y] = [view.x - from.view.x * factor, view.y - from.view.y * factor].map((value) => Math.round(value * ratio));
    context.setTransform(factor, 0, 0, factor, x, y);
    context.imageSmoothingEnabled = true;
    context.drawImage(this.#image, 0, 0);
    context.setTransform(1, 0, 0, 1, 0, 0);
  }

  /** @param {Frame} screen @param {(frame: Frame) => void} draw @returns {Frame} */
  #anew({width, height, ratio, view}, draw) {
    const [right, down] = [width * ABOUT, height * ABOUT];
    const frame = {context: this.#context, width: width + 2 * right, height: height + 2 * down, ratio, view: {...view, x: view.x + right, y: view.y + down}};
    [this.#image.width, this.#image.height] = [frame.width, frame.height].map((side) => Math.round(side * ratio));
    draw(frame);
    return frame;
  }
}


/** Whether a drawing holds all that a screen shows. @param {Frame} drawn @param {Frame} screen */
function covers(drawn, screen) {
  const [outer, inner] = [drawn, screen].map((frame) => seen(frame.view, frame));
  return inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.width <= outer.x + outer.width && inner.y + inner.height <= outer.y + outer.height;
}
