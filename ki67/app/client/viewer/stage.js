// The canvas with what lies on it and under it: zooming, the legend, the look, undoing, and every deed as a button.

import {button, choice, el, toggle} from '../screens/made.js';
import {words} from '../words/en.js';
import {legend} from './legend.js';

/** @typedef {import('./viewer.js').Viewer} Viewer @typedef {import('./editor.js').Editor} Editor @typedef {import('./kinds.js').Kind} Kind */

const FACTOR = 1.6;


/**
 * The canvas with buttons for a mouse or one thumb: zoom at the right, what else there is at the left.
 * @param {Viewer} viewer @param {...HTMLElement} left
 */
export function stage(viewer, ...left) {
  const {zoomIn, zoomOut, fit} = words.cells;
  return el('div', {class: 'stage'}, viewer.element, el('div', {class: 'on-stage left'}, ...left), el('div', {class: 'on-stage right'},
    round('+', zoomIn, () => viewer.zoom(FACTOR)), round('−', zoomOut, () => viewer.zoom(1 / FACTOR)), round('⤢', fit, () => viewer.fit())));
}


/** @param {string} sign @param {string} label @param {() => void} deed */
function round(sign, label, deed) { return button(sign, deed, 'plain', {class: 'button round', ariaLabel: label, title: label}); }


/** A legend that hides kinds of a viewer, and the switch to its mask. @param {Viewer} viewer @param {Kind[]} kinds */
export function looks(viewer, kinds) {
  const {element, count} = legend(kinds, (hidden) => viewer.hide(hidden));
  const mask = toggle(words.cells.mask, false, (on) => viewer.lookLike(on ? 'mask' : 'rings'));
  return {element: el('div', {class: 'stack'}, element, mask), count};
}


/** The class that a tap gives. @param {Editor} editor @param {Kind[]} kinds */
export function pen(editor, kinds) {
  const options = kinds.map(({label, name}) => /** @type {[string, string]} */ ([String(label), name]));
  return choice(words.cells.pen, options, String(editor.pen), (label) => { editor.pen = Number(label); });
}


/** @param {Editor} editor @returns {{buttons: HTMLElement[], refresh: () => void}} `refresh` after every deed */
export function steps(editor) {
  const undo = round('↶', words.cells.undo, () => editor.undo()), redo = round('↷', words.cells.redo, () => editor.redo());
  const refresh = () => { [undo.disabled, redo.disabled] = [!editor.canUndo, !editor.canRedo]; };
  refresh();
  return {buttons: [undo, redo], refresh};
}


/** Every deed of a finger as a button. @param {Editor} editor */
export function oneByOne(editor) {
  const {viewer} = editor, {previous, next, change, remove, addHere} = words.cells;
  return el('details', {class: 'one-by-one'}, el('summary', {}, words.cells.oneByOne), el('div', {class: 'row'},
    button(previous, () => editor.step(-1)), button(next, () => editor.step(1)), button(change, () => editor.change(viewer.selected)),
    button(remove, () => editor.remove(viewer.selected)), button(addHere, () => editor.add(viewer.middle))));
}
