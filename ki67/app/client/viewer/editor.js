// A viewer whose cells can be changed, by a finger or by keys; every deed can be taken back.

import {NEGATIVE, POSITIVE} from '../scorer/cells.js';
import {added, begun, done, labelled, redone, removed, undone} from './edits.js';
import {layersOf} from './layers.js';
import {Viewer} from './viewer.js';

/** @typedef {import('./view.js').Point} Point */
/** @typedef {import('../values.js').Cells} Cells */
/** @typedef {import('./edits.js').History} History */
/**
 * `reach`: how far from a cell a tap still means it, in CSS px. `marking`: a tap where no cell is adds one.
 * `changed` is told after every deed, `chosen` when a cell is selected.
 * @typedef {{kinds: import('./kinds.js').Kind[], radius: number, label: string, keys: string, reach: number, marking: boolean,
 *   changed: (cells: Cells) => void, chosen: (cell: number, cells: Cells) => void}} Manner
 */

export class Editor {
  pen = POSITIVE;
  resting = false; // nothing can be changed
  viewer;
  #history; #manner;

  /** @param {Blob} blob @param {Cells} cells to begin with @param {Manner} manner @param {Cells|null} [draft] of them, as if it were one deed */
  static async open(blob, cells, manner, draft) { return new Editor(await layersOf(blob), cells, manner, draft); }

  /** @param {import('./layers.js').Layers} layers @param {Cells} cells @param {Manner} manner @param {Cells|null} [draft] */
  constructor(layers, cells, manner, draft) {
    this.#history = draft ? done(begun(cells), draft) : begun(cells);
    this.#manner = manner;
    this.viewer = new Viewer(layers, {...manner, deeds: {
      tap: (cell, at) => this.#tap(cell, at),
      press: (cell, at) => cell === null ? this.add(at) : this.remove(cell),
      key: (key) => this.#key(key),
    }});
    this.viewer.show(this.cells);
  }

  get cells() { return this.#history.now; }

  get canUndo() { return this.#history.past.length > 0; }

  get canRedo() { return this.#history.future.length > 0; }

  /** A cell gets the pen's class; one that has it already gets the opposite. @param {number|null} cell */
  change(cell) {
    if (cell === null) return;
    const opposite = this.pen === NEGATIVE ? POSITIVE : NEGATIVE;
    this.#becomes(done(this.#history, labelled(this.cells, cell, this.cells.label[cell] === this.pen ? opposite : this.pen)));
  }

  /** Outside the picture there is none. @param {Point} at of the picture */
  add(at) {
    const {width, height} = this.viewer.picture;
    if (at.x < 0 || at.y < 0 || at.x >= width || at.y >= height) return;
    this.#becomes(done(this.#history, added(this.cells, at, this.pen)));
  }

  /** @param {number|null} cell */
  remove(cell) {
    if (cell === null) return;
    this.viewer.select(null);
    this.#becomes(done(this.#history, removed(this.cells, cell)));
  }

  undo() { this.#becomes(undone(this.#history)); }

  redo() { this.#becomes(redone(this.#history)); }

  /** Select the next cell in the order in which one reads. @param {1|-1} by */
  step(by) {
    const order = readingOrder(this.cells);
    if (!order.length) return;
    const last = this.viewer.selected === null ? -1 : order.indexOf(this.viewer.selected);
    const cell = order[last < 0 && by < 0 ? order.length - 1 : (last + by + order.length) % order.length];
    this.viewer.select(cell);
    this.#manner.chosen(cell, this.cells);
  }

  /** @param {History} history */
  #becomes(history) {
    if (history === this.#history || this.resting) return;
    this.#history = history;
    this.viewer.show(history.now);
    this.#manner.changed(history.now);
  }

  /** @param {number|null} cell @param {Point} at */
  #tap(cell, at) {
    if (this.resting || (cell === null && !this.#manner.marking)) return false;
    if (cell === null) this.add(at);
    else this.change(cell);
    return true;
  }

  /** @param {string} key */
  #key(key) {
    const {selected, middle} = this.viewer;
    /** @type {Record<string, () => void>} */
    const deeds = {
      'n': () => this.step(1), 'p': () => this.step(-1), 'a': () => this.add(middle), 'z': () => this.undo(), 'y': () => this.redo(),
      'Enter': () => this.change(selected), ' ': () => this.change(selected),
      'Delete': () => this.remove(selected), 'Backspace': () => this.remove(selected),
    };
    deeds[key]?.();
    return key in deeds;
  }
}


const LINE = 64; // pixels of the picture that are read from left to right

/** @param {Cells} cells */
function readingOrder({xy, label}) {
  const line = (/** @type {number} */ cell) => Math.floor(xy[2 * cell + 1] / LINE);
  return [...label.keys()].sort((a, b) => line(a) - line(b) || xy[2 * a] - xy[2 * b]);
}
