// How a kind of cell looks: by colour and by shape, so that neither alone must be told apart.

import {NEGATIVE, POSITIVE, TIL} from '../scorer/cells.js';
import {words} from '../words/en.js';

/** @typedef {'ring'|'square'|'triangle'|'cross'} Shape */
/** @typedef {{label: number, name: string, colour: string, shape: Shape}} Kind `label`: the class that it stands for */

/** @type {Kind[]} */
export const CLASSES = [
  {label: POSITIVE, name: words.cells.positive, colour: '#d55e00', shape: 'ring'},
  {label: NEGATIVE, name: words.cells.negative, colour: '#0072b2', shape: 'square'},
  {label: TIL, name: words.cells.til, colour: '#00785c', shape: 'triangle'},
];


/** The outline of a shape about (0, 0). @param {Shape} shape @param {number} radius */
export function outline(shape, radius) {
  const path = new Path2D();
  if (shape === 'ring') path.arc(0, 0, radius, 0, 2 * Math.PI);
  if (shape === 'square') path.rect(-radius * .87, -radius * .87, radius * 1.74, radius * 1.74);
  if (shape === 'triangle') path.addPath(polygon(3, radius * 1.25));
  if (shape === 'cross') path.addPath(cross(radius * .8));
  return path;
}


/** @param {number} corners @param {number} radius the first corner is the top */
function polygon(corners, radius) {
  const path = new Path2D();
  for (let i = 0; i < corners; i++) {
    const turn = 2 * Math.PI * i / corners;
    path.lineTo(radius * Math.sin(turn), -radius * Math.cos(turn));
  }
  path.closePath();
  return path;
}


/** @param {number} radius */
function cross(radius) {
  const path = new Path2D();
  for (const side of [-1, 1]) {
    path.moveTo(-radius, -radius * side);
    path.lineTo(radius, radius * side);
  }
  return path;
}
