// One frame: the picture, its cells, what is selected.

import {layerFor} from './layers.js';
import {seen} from './view.js';

/** @typedef {import('./view.js').View} View */
/** @typedef {import('./view.js').Point} Point */
/** @typedef {import('./kinds.js').Kind} Kind */
/** @typedef {import('../values.js').Cells} Cells */
/** @typedef {{context: CanvasRenderingContext2D, width: number, height: number, ratio: number, view: View}} Frame in CSS px; `ratio` pixels of the device in one */

const GROUND = '#cfcac0'; // beside the picture
const LEAST = 4; // the radius of a ring in CSS px
const LEAST_OF_MASK = 2;

/** @param {Frame} frame @param {import('./layers.js').Layers} layers */
export function drawPicture({context, width, height, ratio, view}, layers) {
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.fillStyle = GROUND;
  context.fillRect(0, 0, Math.ceil(width * ratio), Math.ceil(height * ratio));
  const image = layerFor(layers, view.scale * ratio), scale = view.scale * ratio * layers.width / image.width;
  context.imageSmoothingEnabled = scale < 4; // of a picture that is shown much larger one sees the pixels
  context.setTransform(scale, 0, 0, view.scale * ratio * layers.height / image.height, view.x * ratio, view.y * ratio);
  context.drawImage(image, 0, 0);
  context.setTransform(1, 0, 0, 1, 0, 0);
}


/**
 * Of the kinds that are shown, the cells that the screen shows.
 * @param {Frame} frame @param {Cells} cells @param {import('./grid.js').Grid} grid @param {Kind[]} kinds
 * @param {number} radius in pixels of the picture @param {import('./sprites.js').Look} look @param {import('./sprites.js').Sprites} sprites
 */
export function drawCells(frame, {xy, label}, grid, kinds, radius, look, sprites) {
  const {context, ratio, view} = frame, size = Math.max(radius * view.scale, look === 'mask' ? LEAST_OF_MASK : LEAST);
  const drawn = kinds.map((kind) => /** @type {const} */ ([kind.label, sprites.of(kind, size, ratio, look)])), of = new Map(drawn);
  for (const cell of grid.about(grown(seen(view, frame), size / view.scale))) {
    const sprite = of.get(label[cell]);
    if (!sprite) continue;
    const x = (xy[2 * cell] * view.scale + view.x) * ratio, y = (xy[2 * cell + 1] * view.scale + view.y) * ratio;
    context.drawImage(sprite.image, Math.round(x) - sprite.middle, Math.round(y) - sprite.middle);
  }
}


/** A dashed ring in black and white round a point of the screen. @param {Frame} frame @param {Point} at @param {number} radius in CSS px */
export function drawSelected({context, ratio}, at, radius) {
  context.setTransform(ratio, 0, 0, ratio, at.x * ratio, at.y * ratio);
  context.beginPath();
  context.arc(0, 0, Math.max(radius, LEAST) + 5, 0, 2 * Math.PI);
  stroked(context, [5, 4]);
}


/** Where a key would put a cell. @param {Frame} frame @param {Point} at of the screen */
export function drawAim({context, ratio}, at) {
  context.setTransform(ratio, 0, 0, ratio, at.x * ratio, at.y * ratio);
  context.beginPath();
  for (const [x, y] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
    context.moveTo(4 * x, 4 * y);
    context.lineTo(12 * x, 12 * y);
  }
  stroked(context, []);
}


/** White over black, so that it is seen on everything. @param {CanvasRenderingContext2D} context @param {number[]} dashes */
function stroked(context, dashes) {
  [context.strokeStyle, context.lineWidth] = ['#000', 4];
  context.setLineDash([]);
  context.stroke();
  [context.strokeStyle, context.lineWidth] = ['#fff', 2];
  context.setLineDash(dashes);
  context.stroke();
  context.setLineDash([]);
  context.setTransform(1, 0, 0, 1, 0, 0);
}


/** @param {import('./view.js').Rect} rect @param {number} by */
function grown({x, y, width, height}, by) { return {x: x - by, y: y - by, width: width + 2 * by, height: height + 2 * by}; }
