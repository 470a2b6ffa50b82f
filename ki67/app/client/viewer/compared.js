// Two sets of cells side by side: which of one are which of the other.

import {Grid} from './grid.js';

/** @typedef {import('../values.js').Cells} Cells */
/** `pairs` of a cell here and a cell there. @typedef {{pairs: [here: number, there: number][], onlyHere: number[], onlyThere: number[]}} Compared */

/**
 * As many pairs within reach as there can be, each cell in one of them at most, whatever their classes.
 * @param {Cells} here @param {Cells} there @param {number} reach in pixels of the picture @returns {Compared}
 */
export function compared(here, there, reach) {
  const near = neighbours(here, there, reach);
  /** @type {Map<number, number>} */ const taken = new Map(); // there → here

  /** Give a cell a partner, if need be by giving others new ones. @param {number} cell @param {Set<number>} asked @returns {boolean} */
  const placed = (cell, asked) => near[cell].some((other) => {
    if (asked.has(other)) return false;
    asked.add(other);
    const holder = taken.get(other);
    if (holder !== undefined && !placed(holder, asked)) return false;
    taken.set(other, cell);
    return true;
  });

  near.forEach((_, cell) => placed(cell, new Set()));
  const pairs = [...taken].map(([other, cell]) => /** @type {[number, number]} */ ([cell, other])), met = new Set(taken.values());
  return {
    pairs,
    onlyHere: [...here.label.keys()].filter((cell) => !met.has(cell)),
    onlyThere: [...there.label.keys()].filter((cell) => !taken.has(cell)),
  };
}


/** For each cell here those there within reach, the nearest first. @param {Cells} here @param {Cells} there @param {number} reach */
function neighbours(here, there, reach) {
  const grid = new Grid(there);
  return Array.from(here.label, (_, cell) => {
    const [x, y] = here.xy.subarray(2 * cell), far = (/** @type {number} */ other) => Math.hypot(there.xy[2 * other] - x, there.xy[2 * other + 1] - y);
    const about = [...grid.about({x: x - reach, y: y - reach, width: 2 * reach, height: 2 * reach})];
    return about.filter((other) => far(other) < reach).sort((a, b) => far(a) - far(b));
  });
}
