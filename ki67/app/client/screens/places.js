// The places that one reaches from everywhere, with a thumb.

import {words} from '../words/en.js';
import {el, svg} from './made.js';

/** @typedef {'cases'|'scale'|'inbox'|'settings'} Place */

/** @type {{[place in Place]: string}} outlines in a square of 24 */
const DRAWN = {
  cases: 'M4 7h6l2 2h8v10H4zM4 7V5h6l2 2',
  scale: 'M3 9h18v6H3zM7 9v3M11 9v4M15 9v3M19 9v3',
  inbox: 'M4 5h16v14H4zM4 14h5l1 2h4l1-2h5',
  settings: 'M4 7h9M17 7h3M4 17h3M11 17h9M15 5v4M9 15v4',
};


/** @param {boolean} withServer @param {string} hash where one is */
export function places(withServer, hash) {
  const there = /** @type {Place[]} */ (withServer ? ['cases', 'scale', 'inbox', 'settings'] : ['cases', 'scale', 'settings']);
  return there.map(place => el('a', {href: `#/${place}`, 'aria-current': placeOf(hash) === place ? 'page' : null},
    icon(DRAWN[place]), el('span', {}, words.places[place])));
}


/** @param {string} hash @returns {Place|null} */
function placeOf(hash) {
  if (/^#\/(scale|inbox|settings)/.test(hash)) return /** @type {Place} */ (hash.split('/')[1]);
  if (/^#\/(contacts|agreement|opinion|sign-in)/.test(hash)) return 'inbox';
  return /^#link/.test(hash) ? null : 'cases';
}


/** @param {string} path */
function icon(path) { return svg('svg', {viewBox: '0 0 24 24', 'aria-hidden': 'true', class: 'icon'}, svg('path', {d: path})); }
