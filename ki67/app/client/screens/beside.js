// One's own count and the network's side by side, cell by cell where cells were marked.

import {cellsOf} from '../scorer/cells.js';
import {counts, ki67Index} from '../scorer/scores.js';
import {lookedAt, withinPart} from '../store/looked_at.js';
import {standingResult} from '../store/standing.js';
import {compared} from '../viewer/compared.js';
import {ONE_CELL, radiusOf, reachOf} from '../viewer/size.js';
import {looks, stage} from '../viewer/stage.js';
import {FINGER, Viewer} from '../viewer/viewer.js';
import {words} from '../words/en.js';
import {el, link, notice, section} from './made.js';
import {ownIndex} from './own.js';

/** @typedef {import('../app.js').App} App @typedef {import('../app.js').Screen} Screen */
/** @typedef {import('../values.js').Cells} Cells @typedef {import('../values.js').Review} Review @typedef {import('../values.js').Result} Result */
/** @typedef {import('../viewer/kinds.js').Kind} Kind */

const ALIKE = 1, OTHER_CLASS = 2, MISSED = 3, EXTRA = 4;
/** @type {Kind[]} */
const KINDS = [
  {label: ALIKE, name: words.blind.alike, colour: '#00785c', shape: 'ring'},
  {label: OTHER_CLASS, name: words.blind.otherClass, colour: '#b0417f', shape: 'square'},
  {label: MISSED, name: words.blind.missed, colour: '#0072b2', shape: 'triangle'},
  {label: EXTRA, name: words.blind.extra, colour: '#d55e00', shape: 'cross'},
];


/** @param {App} app @param {string} pictureId @returns {Promise<Screen>} */
export async function besideScreen(app, pictureId) {
  const {beside: title, again, toResult} = words.blind;
  const picture = await app.store.picture(pictureId), result = picture && await standingResult(app.store, picture);
  const own = (await app.store.reviews(pictureId)).filter(({startedFrom}) => startedFrom === 'nothing').at(-1);
  const onward = el('div', {class: 'row'}, link(toResult, `#/picture/${pictureId}/result`, 'main'), link(again, `#/picture/${pictureId}/blind`));
  const back = picture ? `#/case/${picture.case}` : '#/cases';
  if (!picture || !own || !result) return {title, content: el('div', {class: 'stack narrow'}, notice('note', words.blind.line), onward), back};
  const table = section(title, figuresBeside(own, result), own.comment && el('p', {}, own.comment));
  if (!own.cells) return {title, content: el('div', {class: 'stack narrow'}, table, onward), back};
  const cells = byCell(withinPart(picture, own.cells), withinPart(picture, result.cells), reachOf(result.umPerPx));
  const viewer = await Viewer.open(await lookedAt(picture, await app.store.pixels(pictureId)), {
    kinds: KINDS, radius: radiusOf(result.umPerPx), label: words.blind.view, keys: words.cells.moving, reach: FINGER, deeds: {tap: () => false, press: () => undefined, key: () => false},
  });
  viewer.show(cells);
  const seen = looks(viewer, KINDS);
  seen.count(cells);
  const side = el('div', {class: 'stack'}, table, section(words.blind.byCell, seen.element, el('small', {}, words.blind.within(ONE_CELL))), onward);
  return {title, content: el('div', {class: 'columns'}, stage(viewer), side), back, leave: () => viewer.close()};
}


/** Of two sets of cells one, in which a class says who marked what. @param {Cells} own @param {Cells} found @param {number} reach */
function byCell(own, found, reach) {
  const {pairs, onlyHere, onlyThere} = compared(own, found, reach);
  /** @type {(cells: Cells, label: (cell: number) => number) => (cell: number) => [number, number, number, number]} */
  const row = ({xy}, label) => (cell) => [xy[2 * cell], xy[2 * cell + 1], label(cell), 1];
  const partner = new Map(pairs), alike = (/** @type {number} */ cell) => own.label[cell] === found.label[partner.get(cell) ?? -1];
  return cellsOf([
    ...[...partner.keys()].map(row(own, (cell) => alike(cell) ? ALIKE : OTHER_CLASS)),
    ...onlyThere.map(row(found, () => MISSED)),
    ...onlyHere.map(row(own, () => EXTRA)),
  ]);
}


/** @param {Review} own @param {Result} result */
function figuresBeside(own, result) {
  const {positive, negative, til} = counts(result.cells), mine = ownIndex(own), theirs = ki67Index({positive, negative, til});
  const {you, network, difference, points} = words.blind, said = (/** @type {number|null} */ value) => value === null ? '–' : String(value);
  const share = (/** @type {number} */ value) => Number.isNaN(value) ? words.cells.noIndex : words.percent(value);
  const apart = Number.isNaN(mine - theirs) ? '–' : points(mine - theirs);
  const head = [el('td', {}), ...[you, network].map((name) => el('th', {scope: 'col'}, name))];
  const rows = [
    [words.cells.index, share(mine), share(theirs)], [words.cells.positive, said(own.nPositive), said(positive)],
    [words.cells.negative, said(own.nNegative), said(negative)], [difference, apart, ''],
  ].map(([name, ...values]) => el('tr', {}, el('th', {scope: 'row'}, name), ...values.map((value) => el('td', {}, value))));
  return el('table', {class: 'beside'}, el('thead', {}, el('tr', {}, ...head)), el('tbody', {}, ...rows));
}
