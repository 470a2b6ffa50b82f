// A picture with cells on a canvas: looked at, moved, pinched; what a tap or a press means its user decides.

import {drawAim, drawCells, drawPicture, drawSelected} from './drawing.js';
import {Gestures} from './gestures.js';
import {Grid} from './grid.js';
import {close, layersOf} from './layers.js';
import {Overlay} from './overlay.js';
import {Sprites} from './sprites.js';
import {fitted, kept, moved, pinched, reaching, toPicture, toScreen, zoomed} from './view.js';

/** @typedef {import('./view.js').View} View */
/** @typedef {import('./view.js').Point} Point */
/** @typedef {import('./kinds.js').Kind} Kind */
/** @typedef {import('../values.js').Cells} Cells */
/**
 * A cell that was met, or the point of the picture where none is; `key` has whatever key the viewer itself has no use for.
 * @typedef {{tap: (cell: number|null, at: Point) => boolean, press: (cell: number|null, at: Point) => void,
 *   key: (key: string) => boolean}} Deeds `tap` and `key` say whether anything came of it
 */
/**
 * `radius` of a nucleus in pixels of the picture; `reach` of a finger in CSS px; `label` and `keys` are read aloud.
 * @typedef {{kinds: Kind[], radius: number, label: string, keys: string, reach: number, deeds: Deeds}} How
 */

export const FINGER = 22; // CSS px about its tip, where it may mean any cell near
const STEP = 80, FACTOR = 1.5; // of a key
const REST = 150; // ms after which a hand is said to rest
const NOTHING = /** @type {Cells} */ ({xy: new Float32Array(), label: new Uint8Array(), confidence: new Float32Array()});

export class Viewer {
  element = document.createElement('canvas');
  #layers; #kinds; #radius; #reach; #deeds; #gestures; #watch;
  #context; #sprites = new Sprites(); #overlay = new Overlay();
  #cells = NOTHING; #grid = new Grid(NOTHING);
  /** @type {number|null} */ #selected = null;
  /** @type {View|null} */ #view = null; // null until the canvas has a size
  #screen = {width: 0, height: 0};
  #asked = 0; #moving = 0; // a frame asked for, a hand that has not rested yet
  /** @type {Set<number>} */ #hidden = new Set(); // labels
  /** @type {import('./sprites.js').Look} */ #look = 'rings';

  /** @param {Blob} blob @param {How} how */
  static async open(blob, how) { return new Viewer(await layersOf(blob), how); }

  /** @param {import('./layers.js').Layers} layers @param {How} how */
  constructor(layers, {kinds, radius, label, keys, reach, deeds}) {
    this.#layers = layers;
    this.#kinds = kinds;
    this.#radius = radius;
    this.#reach = reach;
    this.#deeds = deeds;
    this.element.className = 'viewer';
    this.element.tabIndex = 0;
    this.element.setAttribute('role', 'application');
    this.element.setAttribute('aria-label', label);
    this.element.setAttribute('aria-description', keys);
    this.#context = /** @type {CanvasRenderingContext2D} */ (this.element.getContext('2d', {alpha: false}));
    this.#gestures = new Gestures(this.element, {
      move: (by) => this.#see(moved(this.view, by)),
      pinch: (before, after) => this.#see(pinched(this.view, before, after)),
      zoom: (factor, at) => this.#see(zoomed(this.view, factor, at)),
      tap: (at) => deeds.tap(this.#met(at), toPicture(this.view, at)),
      press: (at) => deeds.press(this.#met(at), toPicture(this.view, at)),
    });
    this.element.addEventListener('keydown', (event) => this.#key(event));
    for (const change of ['focus', 'blur']) this.element.addEventListener(change, () => this.redraw());
    this.#watch = new ResizeObserver(() => this.#resized());
    this.#watch.observe(this.element);
  }

  /** @returns {View} */
  get view() { return this.#view ?? fitted(this.#layers, this.#screen); }

  get picture() { return {width: this.#layers.width, height: this.#layers.height}; }

  get selected() { return this.#selected; }

  /** What the middle of the screen shows: where a key adds a cell. @returns {Point} */
  get middle() { return toPicture(this.view, {x: this.#screen.width / 2, y: this.#screen.height / 2}); }

  /** @param {Cells} cells */
  show(cells) {
    [this.#cells, this.#grid] = [cells, new Grid(cells)];
    if (this.#selected !== null && this.#selected >= cells.label.length) this.#selected = null;
    this.#change();
  }

  /** @param {import('./sprites.js').Look} look */
  lookLike(look) {
    this.#look = look;
    this.#change();
  }

  /** @param {Iterable<number>} labels none of these is drawn, nor met by a finger */
  hide(labels) {
    this.#hidden = new Set(labels);
    this.#change();
  }

  /** Mark a cell, and move it into sight. @param {number|null} cell */
  select(cell) {
    this.#selected = cell;
    if (cell === null) return this.redraw();
    this.#see(reaching(this.view, this.#at(cell), this.#screen));
  }

  /** @param {number} factor about the middle */
  zoom(factor) { this.#see(zoomed(this.view, factor, {x: this.#screen.width / 2, y: this.#screen.height / 2})); }

  fit() { this.#see(fitted(this.#layers, this.#screen)); }

  /** Draw once before the screen is painted next, however often this is asked. */
  redraw() {
    this.#asked ||= requestAnimationFrame(() => {
      this.#asked = 0;
      this.#draw();
    });
  }

  close() {
    cancelAnimationFrame(this.#asked);
    this.#watch.disconnect();
    this.#gestures.stop();
    clearTimeout(this.#moving);
    close(this.#layers);
  }

  #change() {
    this.#overlay.forget();
    this.redraw();
  }

  /** @param {View} view */
  #see(view) {
    this.#view = kept(view, this.#layers, this.#screen);
    clearTimeout(this.#moving);
    this.#moving = window.setTimeout(() => {
      this.#moving = 0;
      this.redraw();
    }, REST);
    this.redraw();
  }

  #resized() {
    const {clientWidth: width, clientHeight: height} = this.element, whole = this.#view === null || this.#view.scale <= fitted(this.#layers, this.#screen).scale;
    if (!width || !height) return;
    this.#screen = {width, height};
    [this.element.width, this.element.height] = [width, height].map((side) => Math.round(side * devicePixelRatio));
    this.#view = whole ? fitted(this.#layers, this.#screen) : kept(this.view, this.#layers, this.#screen);
    this.#overlay.forget();
    this.#draw();
  }

  #draw() {
    if (!this.#view) return;
    const frame = {context: this.#context, ...this.#screen, ratio: devicePixelRatio, view: this.#view};
    drawPicture(frame, this.#layers);
    const kinds = this.#kinds.filter(({label}) => !this.#hidden.has(label));
    this.#overlay.draw(frame, !this.#moving, (wide) => drawCells(wide, this.#cells, this.#grid, kinds, this.#radius, this.#look, this.#sprites));
    if (this.#selected !== null) drawSelected(frame, toScreen(this.#view, this.#at(this.#selected)), this.#radius * this.#view.scale);
    if (this.element.matches(':focus-visible')) drawAim(frame, toScreen(this.#view, this.middle));
  }

  /** @param {number} cell @returns {Point} */
  #at(cell) { return {x: this.#cells.xy[2 * cell], y: this.#cells.xy[2 * cell + 1]}; }

  /** The cell that is shown nearest to a point of the screen. @param {Point} at */
  #met(at) {
    const shown = (/** @type {number} */ cell) => !this.#hidden.has(this.#cells.label[cell]);
    return this.#grid.nearest(toPicture(this.view, at), Math.max(this.#reach / this.view.scale, this.#radius), shown);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const by = {ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1]}[event.key];
    if (by) this.#see(moved(this.view, {x: by[0] * STEP, y: by[1] * STEP}));
    else if (event.key === '+' || event.key === '=') this.zoom(FACTOR);
    else if (event.key === '-') this.zoom(1 / FACTOR);
    else if (event.key === '0') this.fit();
    else if (!this.#deeds.key(event.key)) return;
    event.preventDefault();
  }
}
