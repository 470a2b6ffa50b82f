// Rows that come in a file, field by field: what is no such row is refused, and what is more than a row is left out.

import {LABELS} from '../scorer/cells.js';
import {Refused} from '../scorer/refused.js';

/** @typedef {import('../values.js').Case} Case */
/** @typedef {import('../values.js').Cells} Cells */
/** @typedef {import('../values.js').Picture} Picture */
/** @typedef {import('../values.js').Profile} Profile */
/** @typedef {import('../values.js').Rect} Rect */
/** @typedef {import('../values.js').Result} Result */
/** @typedef {import('../values.js').Review} Review */

const ID = /^[\w-]{1,64}$/, LONGEST = 4000;


/** @type {(row: any) => Case} */
export const checkedCase = guarded(row => ({
  id: id(row.id), name: text(row.name), made: number(row.made), blind: yesOrNo(row.blind),
  cutOffs: oneOf(['paper', 'consensus'], row.cutOffs), remote: null,
}));


/** But for what its bytes tell. @type {(row: any) => Pick<Picture, 'id'|'taken'|'umPerPx'|'square'>} */
export const checkedPicture = guarded(row => ({
  id: id(row.id), taken: number(row.taken), umPerPx: orNull(positive, row.umPerPx), square: orNull(rect, row.square),
}));


/** @type {(row: any) => Result} */
export const checkedResult = guarded(row => ({
  picture: id(row.picture), made: number(row.made), cells: cells(row.cells), umPerPx: positive(row.umPerPx), scaleKnown: yesOrNo(row.scaleKnown),
  hotSpot: orNull(number, row.hotSpot), warnings: list(row.warnings).map(warning), network: text(row.network),
  error: orNull(scorerError, row.error ?? null), milliseconds: orNull(number, row.milliseconds),  // files of an earlier version have no error
}));


/** @type {(row: any) => Review} */
export const checkedReview = guarded(row => ({
  id: id(row.id), picture: id(row.picture), made: number(row.made), kind: oneOf(['count', 'estimate', 'cells'], row.kind),
  nPositive: orNull(number, row.nPositive), nNegative: orNull(number, row.nNegative), estimate: orNull(number, row.estimate),
  cells: orNull(cells, row.cells), startedFrom: oneOf(['nothing', 'network'], row.startedFrom), blind: yesOrNo(row.blind),
  comment: text(row.comment), by: orNull(text, row.by ?? null), remote: null,
}));


/** @type {(row: any) => Profile} */
export const checkedProfile = guarded(row => ({
  id: id(row.id), name: text(row.name), umPerPx: positive(row.umPerPx), width: positive(row.width), height: positive(row.height), made: number(row.made),
}));


/** @template T @param {(row: any) => T} check @returns {(row: any) => T} */
function guarded(check) {
  return row => {
    try {
      return check(row);
    } catch (error) {
      throw error instanceof TypeError ? new Refused('notACaseFile') : error;  // it has not even the shape
    }
  };
}


/** @param {any} value @returns {any[]} */
export function list(value) { return Array.isArray(value) ? value : refuse(); }


/** @param {any} value @returns {Rect} */
function rect(value) { return {x: number(value.x), y: number(value.y), width: positive(value.width), height: positive(value.height)}; }


/** @param {any} value @returns {Cells} as `read` makes them */
function cells({xy, label, confidence}) {
  const fit = xy.length === 2 * label.length && confidence.length === label.length;
  return fit && xy.every(Number.isFinite) && label.every((/** @type {number} */ each) => LABELS.includes(each)) ? {xy, label, confidence} : refuse();
}


/** @param {any} value @returns {import('../values.js').ScorerError} */
function scorerError({cells, shared}) { return number(cells) >= 0 && number(shared) >= 0 ? {cells, shared} : refuse(); }


/** @param {any} value @returns {import('../values.js').Warning} */
function warning(value) {
  const told = Object.entries(value).filter(([, each]) => typeof each === 'string' || typeof each === 'number');
  return {...Object.fromEntries(told), code: text(value.code)};
}


/** @param {any} value */
function id(value) { return ID.test(text(value)) ? value : refuse(); }

/** @param {any} value @returns {string} */
function text(value) { return typeof value === 'string' && value.length <= LONGEST ? value : refuse(); }

/** @param {any} value @returns {number} */
function number(value) { return Number.isFinite(value) ? value : refuse(); }

/** @param {any} value @returns {number} */
function positive(value) { return number(value) > 0 ? value : refuse(); }

/** @param {any} value @returns {boolean} */
function yesOrNo(value) { return typeof value === 'boolean' ? value : refuse(); }

/** @template {string} Word @param {Word[]} known @param {any} value @returns {Word} */
function oneOf(known, value) { return known.includes(value) ? value : refuse(); }

/** @template T @param {(value: any) => T} check @param {any} value @returns {T|null} */
function orNull(check, value) { return value === null ? null : check(value); }

/** @returns {never} */
function refuse() { throw new Refused('notACaseFile'); }
