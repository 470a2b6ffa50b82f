// Bland and Altman's figures drawn on one line of differences: the mean with its interval, and the limits of agreement.

import {words} from '../words/en.js';
import {el, svg} from './made.js';

/** @typedef {import('../server/views.js').Pair['difference']} Difference */

const WIDTH = 320, HEIGHT = 76, MARGIN = 24, MIDDLE = 30, STEPS = [.02, .05, .1, .2, .5, 1];


/** Nothing where they are not defined; an interval of few pictures may reach beyond any difference that there is, and is cut there. @param {Difference} difference @param {string} label */
export function drawnDifference({bias, lower, upper}, label) {
  if (bias.value === null || lower === null || upper === null) return null;
  const furthest = Math.max(...[lower, upper, bias.low ?? 0, bias.high ?? 0].map(Math.abs)), reach = STEPS.find(step => step >= furthest) ?? 1;
  const x = (/** @type {number} */ at) => WIDTH / 2 + Math.max(Math.min(at / reach, 1), -1) * (WIDTH / 2 - MARGIN);
  const interval = bias.low !== null && bias.high !== null && line('interval', x(bias.low), MIDDLE, x(bias.high), MIDDLE);
  return el('figure', {}, svg('svg', {viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': label, class: 'differences'},
    line('axis', x(-reach), 56, x(reach), 56), line('zero', x(0), 8, x(0), 56),
    svg('rect', {class: 'limits', x: x(lower), y: MIDDLE - 12, width: Math.max(x(upper) - x(lower), 1), height: 24, rx: 3}), interval,
    svg('circle', {class: 'mean', cx: x(bias.value), cy: MIDDLE, r: 4.5}), ...[-reach, 0, reach].map(at => tick(x(at), at))));
}


/** @param {string} kind @param {number} x1 @param {number} y1 @param {number} x2 @param {number} y2 */
function line(kind, x1, y1, x2, y2) { return svg('line', {class: kind, x1, y1, x2, y2}); }


/** @param {number} x @param {number} at */
function tick(x, at) { return svg('text', {x, y: 71, 'text-anchor': 'middle'}, words.agreement.tick(at)); }
