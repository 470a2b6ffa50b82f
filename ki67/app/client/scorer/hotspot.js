// The hot spot: the tumour cells that lie together and of which most are positive.

import {POSITIVE, TIL, where} from './cells.js';
import {smallest} from './numbers.js';

/** @typedef {import('./cells.js').Cells} Cells */
/** @typedef {{enough: number, places: number, apart: number}} Rules */
/** @typedef {{x: number, y: number, radius: number, positive: number, index: number}} HotSpot a circle, in the cells' frame */


/**
 * The highest index of any 500 tumour cells that are nearest to one of them; none where there are no more than these.
 * @param {Cells} cells @param {Rules} rules @returns {HotSpot|null}
 */
export function hotSpot(cells, {enough, places, apart}) {
  const tumour = where(cells, (cell) => cells.label[cell] !== TIL), {xy, label} = tumour;
  if (label.length <= enough) return null;
  const order = [...label.keys()].sort((one, other) => xy[2 * one + 1] - xy[2 * other + 1] || xy[2 * one] - xy[2 * other]);
  let best = {middle: -1, positive: -1};
  for (const place of spread(order.length, Math.max(places, Math.floor(order.length / apart)))) {
    const positive = positiveRound(tumour, order[place], enough);
    if (positive > best.positive) best = {middle: order[place], positive};
  }
  const squares = squaresFrom(xy, best.middle), last = smallest(squares, enough - 1), beyond = smallest(squares, enough);
  const radius = (Math.sqrt(last) + Math.sqrt(beyond)) / 2;
  return {x: xy[2 * best.middle], y: xy[2 * best.middle + 1], radius, positive: best.positive, index: best.positive / enough};
}


/** So many places in a list, evenly. @param {number} length @param {number} wanted */
function spread(length, wanted) {
  const count = Math.min(wanted, length), step = (length - 1) / (count - 1);
  return Array.from({length: count}, (_, i) => i === count - 1 ? length - 1 : Math.floor(i * step));
}


/** How many of the nearest are positive; of those equally far the first. @param {Cells} cells @param {number} middle @param {number} enough */
function positiveRound({xy, label}, middle, enough) {
  const squares = squaresFrom(xy, middle), limit = smallest(squares.slice(), enough - 1);
  const nearer = squares.reduce((sum, square) => sum + Number(square < limit), 0);
  let positive = 0, room = enough - nearer;
  squares.forEach((square, cell) => {
    if (square < limit || (square === limit && room-- > 0)) positive += Number(label[cell] === POSITIVE);
  });
  return positive;
}


/** @param {Float32Array} xy @param {number} middle */
function squaresFrom(xy, middle) {
  return Float64Array.from({length: xy.length / 2}, (_, i) => (xy[2 * i] - xy[2 * middle]) ** 2 + (xy[2 * i + 1] - xy[2 * middle + 1]) ** 2);
}
