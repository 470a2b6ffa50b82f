// Large pictures in windows that overlap: where each lies, which part of it is its own, and its cells put together.

import {joined, placed, where} from './cells.js';
import {rounded} from './numbers.js';

/** @typedef {import('./cells.js').Cells} Cells */
/** @typedef {{side: number, margin: number, stride: number, twins: number}} Rules */
/** @typedef {{start: number, low: number, high: number}} Span a window along one axis, and from where to where it answers for cells */
/** @typedef {{across: Span, down: Span, cells: Cells}} Window what was found in it, in its own frame */


/** How long a window is along an axis, as the network runs it. @param {number} length @param {Rules} rules */
function sideOf(length, {side, stride}) { return Math.min(side, Math.ceil(length / stride) * stride); }


/** How long it is within the picture. @param {number} length @param {Rules} rules */
export function lengthOf(length, rules) { return Math.min(sideOf(length, rules), length); }


/**
 * Windows over an axis, the first and the last at its ends, each its own as far as the middle of what it shares.
 * @param {number} length @param {Rules} rules @returns {Span[]}
 */
export function spans(length, rules) {
  const side = sideOf(length, rules);
  if (length <= side) return [{start: 0, low: -Infinity, high: Infinity}];
  const count = Math.ceil((length - 2 * rules.margin) / (side - 2 * rules.margin)), step = (length - side) / (count - 1);
  const starts = Array.from({length: count}, (_, i) => rounded(i * step));
  const cuts = [-Infinity, ...starts.slice(1).map((start, i) => (starts[i] + side + start) / 2), Infinity];
  return starts.map((start, i) => ({start, low: cuts[i], high: cuts[i + 1]}));
}


/** The cells of the whole picture; none twice where windows meet. @param {Window[]} windows @param {Rules} rules */
export function putTogether(windows, rules) {
  const parts = windows.map(ownCells);
  const numbers = parts.flatMap((part, number) => Array(part.label.length).fill(number));
  return withoutTwins(joined(parts), numbers, rules.twins);
}


/** The cells of a window that are its own, in the frame of the whole picture. @param {Window} window */
function ownCells({across, down, cells}) {
  const moved = placed(cells, [1, 1], [across.start, down.start]);
  return where(moved, (cell) => {
    const x = moved.xy[2 * cell], y = moved.xy[2 * cell + 1];
    return across.low <= x && x < across.high && down.low <= y && y < down.high;
  });
}


/**
 * A cell on the seam may be found by both windows, a little apart: the more confident one stays.
 * @param {Cells} cells @param {number[]} window the number of each cell's @param {number} apart
 */
export function withoutTwins(cells, window, apart) {
  const {confidence, label} = cells, dropped = new Set();
  const alike = pairs(cells.xy, apart).filter(([one, other]) => window[one] !== window[other] && label[one] === label[other]);
  const best = (/** @type {[number, number]} */ [one, other]) => Math.max(confidence[one], confidence[other]);
  for (const [one, other] of alike.sort((a, b) => best(b) - best(a)))
    if (!dropped.has(one) && !dropped.has(other)) dropped.add(confidence[one] >= confidence[other] ? other : one);
  return where(cells, (cell) => !dropped.has(cell));
}


/** All pairs of points no farther apart, the lower number first. @param {Float32Array} xy @param {number} apart @returns {[number, number][]} */
function pairs(xy, apart) {
  const order = Array.from({length: xy.length / 2}, (_, i) => i).sort((one, other) => xy[2 * one] - xy[2 * other]);
  /** @type {[number, number][]} */
  const found = [];
  order.forEach((one, place) => {
    for (let next = place + 1; next < order.length; next++) {
      const other = order[next], dx = xy[2 * other] - xy[2 * one], dy = xy[2 * other + 1] - xy[2 * one + 1];
      if (dx > apart) return;
      if (dx * dx + dy * dy <= apart * apart) found.push(one < other ? [one, other] : [other, one]);
    }
  });
  return found;
}
