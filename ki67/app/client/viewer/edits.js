// What a hand does to cells: each deed makes new cells, and the old ones stay to go back to.

import {cellsOf, joined, where} from '../scorer/cells.js';

/** @typedef {import('../values.js').Cells} Cells */
/** @typedef {{past: readonly Cells[], now: Cells, future: readonly Cells[]}} History */

const FAR = 500; // steps that can be taken back
const CERTAIN = 1; // the confidence of a cell that a person marked

/** @param {Cells} cells @param {number} cell @param {number} label @returns {Cells} */
export function labelled(cells, cell, label) {
  const [labels, confidence] = [cells.label.slice(), cells.confidence.slice()];
  [labels[cell], confidence[cell]] = [label, CERTAIN];
  return {...cells, label: labels, confidence};
}


/** The new cell is the last. @param {Cells} cells @param {{x: number, y: number}} point @param {number} label @returns {Cells} */
export function added(cells, {x, y}, label) { return joined([cells, cellsOf([[x, y, label, CERTAIN]])]); }


/** @param {Cells} cells @param {number} cell @returns {Cells} */
export function removed(cells, cell) { return where(cells, (each) => each !== cell); }


/** @param {Cells} now @returns {History} */
export function begun(now) { return {past: [], now, future: []}; }


/** A deed is done; what had been taken back is gone. @param {History} history @param {Cells} now @returns {History} */
export function done({past, now: last}, now) { return {past: [...past, last].slice(-FAR), now, future: []}; }


/** @param {History} history @returns {History} the same where there is nothing to take back */
export function undone(history) {
  const {past, now, future} = history, last = past.at(-1);
  return last ? {past: past.slice(0, -1), now: last, future: [now, ...future]} : history;
}


/** @param {History} history @returns {History} the same where nothing was taken back */
export function redone(history) {
  const {past, now, future: [next, ...future]} = history;
  return next ? {past: [...past, now], now: next, future} : history;
}
