// From maps to cells: threshold, distances, watershed, and the centre of each region's smallest circle.

import {LABELS, cellsOf} from './cells.js';
import {smallestCircle} from './circles.js';
import {distances} from './distance.js';
import {flooded, peaks} from './watershed.js';

/** @typedef {import('./circles.js').Point} Point @typedef {import('./distance.js').Plane} Plane */
/** @typedef {{points: Point[], highest: number}} Region the first and last pixels of its rows, and the map's highest value in it */

const CERTAIN = 255;


/**
 * The cells of one picture's maps, one after the other a class, class by class.
 * @param {Float32Array} maps @param {number} width @param {number} height
 * @param {{thresholds: number[], minDistance: number}} rules
 */
export function detect(maps, width, height, {thresholds, minDistance}) {
  const area = width * height;
  return cellsOf(LABELS.flatMap((label, i) => {
    const map = maps.subarray(i * area, (i + 1) * area);
    return regions(map, width, height, thresholds[i], minDistance).map(({points, highest}) => {
      const {x, y} = smallestCircle(points);
      return /** @type {[number, number, number, number]} */ ([x, y, label, Math.min(Math.max(highest / CERTAIN, 0), 1)]);
    });
  }));
}


/** @param {Float32Array} map @param {number} width @param {number} height @param {number} threshold @param {number} apart */
function regions(map, width, height, threshold, apart) {
  const plane = distances(map, width, height, threshold), starts = peaks(plane, apart), {data} = flooded(plane, starts);
  /** @type {Region[]} */
  const found = starts.map(() => ({points: [], highest: 0}));
  for (let y = 0; y < height; y++)
    for (let x = 0, at = (y + 1) * plane.width + 1; x < width; x++, at++) {
      if (!data[at]) continue;
      const region = found[data[at] - 1];
      region.highest = Math.max(region.highest, map[y * width + x]);
      if (data[at - 1] !== data[at] || data[at + 1] !== data[at]) region.points.push({x, y});
    }
  return found;
}
