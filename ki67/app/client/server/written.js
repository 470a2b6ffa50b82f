// What is sent, as the service has it: never a file's name, never what the device's own network found.

import {POSITIVE, NEGATIVE} from '../scorer/cells.js';
import {inPart} from '../store/looked_at.js';

/** @typedef {import('../values.js').Picture} Picture @typedef {import('../values.js').Review} Review @typedef {import('../values.js').Cells} Cells */
/** @typedef {Omit<Review, 'picture'|'made'|'by'|'remote'>} Said */
/** @typedef {import('./views.js').NewReview} NewReview @typedef {import('./views.js').Mark} Mark */

const HUNDREDTHS = 100;  // of a pixel are exact enough, and rounded down they stay inside the picture


/** The service's writing of an id. @param {string} id */
export function serverId(id) { return id.replaceAll('-', ''); }


/**
 * An opinion of a picture, or of the part of it that was sent.
 * @param {Said} review @param {{width: number, height: number, square?: Picture['square']}} picture @returns {NewReview}
 */
export function written(review, picture) {
  const {kind, startedFrom, blind, comment} = review;
  /** @type {import('./views.js').Opinion} */
  const told = {id: serverId(review.id), started_from: startedFrom, shown: blind ? 'nothing' : 'network', comment};
  if (kind === 'estimate') return {...told, kind, estimate: review.estimate ?? 0};
  if (kind === 'cells' && review.cells) return {...told, kind, cells: marks(review.cells, picture)};
  return {...told, kind: 'count', n_positive: review.nPositive ?? 0, n_negative: review.nNegative ?? 0};
}


/** In the pixels of what was sent, and of that alone. @param {Cells} cells @param {{width: number, height: number, square?: Picture['square']}} picture @returns {Mark[]} */
function marks(cells, picture) {
  const {xy, label} = inPart(picture, cells), {width, height} = picture.square ?? picture;
  const all = Array.from(label, (each, i) => ({x: exactEnough(xy[2 * i]), y: exactEnough(xy[2 * i + 1]), label: nameOf(each)}));
  return all.filter(({x, y}) => x >= 0 && y >= 0 && x < width && y < height);
}


/** @param {number} at */
function exactEnough(at) { return Math.floor(at * HUNDREDTHS) / HUNDREDTHS; }


/** @param {number} label @returns {Mark['label']} */
function nameOf(label) { return label === POSITIVE ? 'positive' : label === NEGATIVE ? 'negative' : 'til'; }
