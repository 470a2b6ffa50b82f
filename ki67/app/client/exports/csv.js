// Tables: of pictures and their cells as `ki67 score` writes them, of the case, and of opinions.

import {countedFields} from './content.js';
import {fixed, sixDigits} from './numbers.js';
import {pooled} from '../scorer/result.js';
import {ownIndex} from '../screens/own.js';
import {caution} from '../screens/told.js';

/** @typedef {import('./content.js').Content} Content */
/** @typedef {import('./content.js').Field} Field */
/** @typedef {import('../values.js').CutOffs} CutOffs */
/** @typedef {import('../values.js').Result} Result */
/** @typedef {import('../values.js').Review} Review */

const FIGURES = ['n_positive', 'n_negative', 'n_til', 'ki67_index', 'ki67_low', 'ki67_high', 'til_score', 'category'];
const SCORES = ['image', ...FIGURES, 'hot_spot_index', 'um_per_px', 'warnings'];
const CASE = ['case', 'images', ...FIGURES];
const CELLS = ['image', 'x', 'y', 'label', 'confidence'];
const REVIEWS = ['image', 'reader', 'kind', 'n_positive', 'n_negative', 'ki67_index', 'started_from', 'blind', 'review', 'comment', 'at'];
const NOT_DEFINED = 'not defined';
const SHIELD = '\'', FORMULA = /^[=+\-@\t\r']/;  // how a cell begins that a spreadsheet would compute, or that is shielded already


/** A row a picture, told by its number. @param {Content} content */
export function scoresTable(content) {
  return table(SCORES, countedFields(content).map(({number, result}) => [
    String(number), ...figureCells([result], content.case.cutOffs), result.hotSpot === null ? '' : share(result.hotSpot),
    result.scaleKnown ? sixDigits(result.umPerPx) : '', escaped(result.warnings.map(caution).join('; ')),
  ]));
}


/** A row a case: the sum of its pictures. @param {Content[]} contents */
export function casesTable(contents) {
  return table(CASE, contents.map(content => {
    const results = countedFields(content).map(({result}) => result);
    return [escaped(content.case.name), String(results.length), ...figureCells(results, content.case.cutOffs)];
  }));
}


/** A row a cell. @param {Content} content */
export function cellsTable(content) {
  return table(CELLS, countedFields(content).flatMap(({number, result: {cells}}) => [...cells.label].map((label, i) => [
    String(number), fixed(cells.xy[2 * i], 2), fixed(cells.xy[2 * i + 1], 2), String(label), fixed(cells.confidence[i], 3),
  ])));
}


/** A row an opinion; of a picture and a reader the last one counts. @param {Content} content */
export function reviewsTable({reader, fields}) {
  return table(REVIEWS, fields.flatMap(({number, reviews, others}) => [...reviews, ...others].map(review => [
    String(number), escaped(review.by ?? reader), review.kind, whole(review.nPositive), whole(review.nNegative), share(ownIndex(review)), review.startedFrom,
    review.blind ? 'yes' : 'no', review.id, escaped(review.comment), new Date(review.made).toISOString(),
  ])));
}


/** @param {Result[]} results @param {CutOffs} cutOffs */
function figureCells(results, cutOffs) {
  const {nPositive, nNegative, nTil, index, low, high, category} = pooled(results, cutOffs);
  const shares = [index, low, high, nTil / (nPositive + nNegative + nTil)].map(share);
  return [...[nPositive, nNegative, nTil].map(String), ...shares, category ?? NOT_DEFINED];
}


/** @param {number} value */
function share(value) { return Number.isNaN(value) ? NOT_DEFINED : fixed(value, 4); }


/** @param {number|null} count */
function whole(count) { return count === null ? '' : String(count); }


/** Words as no spreadsheet computes them. @param {string} text */
export function escaped(text) { return FORMULA.test(text) ? SHIELD + text : text; }


/** Fields in quotes where they hold what would end them. @param {string[]} head @param {string[][]} rows */
function table(head, rows) {
  return [head, ...rows].map(row => `${row.map(quoted).join(',')}\n`).join('');
}


/** @param {string} field */
function quoted(field) { return /[,"\n\r]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field; }
