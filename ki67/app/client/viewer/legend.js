// The kinds of cells with how many there are; a tap on one hides or shows it.

import {button, el, svg} from '../screens/made.js';
import {words} from '../words/en.js';

/** @typedef {import('./kinds.js').Kind} Kind */

/** @type {Record<import('./kinds.js').Shape, () => SVGElement>} */
const SIGNS = {
  ring: () => svg('circle', {cx: 10, cy: 10, r: 6.5}),
  square: () => svg('rect', {x: 4, y: 4, width: 12, height: 12}),
  triangle: () => svg('path', {d: 'M10 3 L17 15.5 H3 Z'}),
  cross: () => svg('path', {d: 'M4 4 L16 16 M4 16 L16 4'}),
};


/** @param {Kind} kind */
export function sign({shape, colour}) {
  return svg('svg', {class: 'sign', viewBox: '0 0 20 20', 'aria-hidden': 'true', stroke: colour}, SIGNS[shape]());
}


/**
 * @param {Kind[]} kinds @param {(hidden: Set<number>) => void} onHide
 * @returns {{element: HTMLElement, count: (cells: {label: Uint8Array}) => void}} `count` says how many there are now
 */
export function legend(kinds, onHide) {
  /** @type {Set<number>} */ const hidden = new Set();
  const numbers = kinds.map(() => el('b', {}, '0'));
  const buttons = kinds.map((kind, i) => {
    const made = button('', () => {
      if (!hidden.delete(kind.label)) hidden.add(kind.label);
      made.ariaPressed = String(!hidden.has(kind.label));
      onHide(hidden);
    }, 'plain', {class: 'button kind', ariaPressed: 'true'});
    made.append(sign(kind), kind.name, ' ', numbers[i]);
    return made;
  });
  const element = el('div', {class: 'legend', role: 'group', 'aria-label': words.cells.show}, ...buttons);
  const count = (/** @type {{label: Uint8Array}} */ {label}) => kinds.forEach((kind, i) => {
    numbers[i].textContent = label.reduce((sum, each) => sum + Number(each === kind.label), 0).toLocaleString('en');
  });
  return {element, count};
}
