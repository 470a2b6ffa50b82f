// Fingers, a mouse, a wheel: what a hand does to a picture, in CSS pixels of the element.

/** @typedef {import('./view.js').Point} Point */
/**
 * `tap` says whether it met something: if not, a second one there zooms.
 * @typedef {{move: (by: Point) => void, pinch: (before: Point[], after: Point[]) => void, zoom: (factor: number, at: Point) => void,
 *   tap: (at: Point) => boolean, press: (at: Point) => void}} Deeds
 */

const SLACK = 8; // px that a finger that taps may move
const PRESS = 500, TWICE = 350; // ms
const STEP = 2; // of a double tap
const MOUSE_LEFT = 0, MOUSE_RIGHT = 2;

export class Gestures {
  #element; #deeds; #until = new AbortController();
  /** @type {Map<number, Point>} */ #fingers = new Map();
  /** @type {Point|null} */ #start = null; // of a touch that may still become a tap
  #pressing = 0;
  #emptyTap = {at: {x: 0, y: 0}, when: -Infinity};

  /** @param {HTMLElement} element @param {Deeds} deeds */
  constructor(element, deeds) {
    this.#element = element;
    this.#deeds = deeds;
    const on = {signal: this.#until.signal};
    element.addEventListener('pointerdown', (event) => this.#down(event), on);
    element.addEventListener('pointermove', (event) => this.#moves(event), on);
    element.addEventListener('pointerup', (event) => this.#up(event), on);
    element.addEventListener('pointercancel', (event) => this.#gone(event), on);
    element.addEventListener('contextmenu', (event) => event.preventDefault(), on);
    element.addEventListener('wheel', (event) => this.#wheel(event), {...on, passive: false});
  }

  stop() {
    clearTimeout(this.#pressing);
    this.#until.abort();
  }

  /** @param {PointerEvent} event */
  #down(event) {
    const at = this.#at(event);
    if (event.button === MOUSE_RIGHT) return this.#deeds.press(at);
    if (event.button !== MOUSE_LEFT) return;
    this.#element.setPointerCapture(event.pointerId);
    this.#fingers.set(event.pointerId, at);
    this.#noTap();
    if (this.#fingers.size > 1) return;
    this.#start = at;
    this.#pressing = window.setTimeout(() => {
      this.#noTap();
      this.#deeds.press(at);
    }, PRESS);
  }

  /** @param {PointerEvent} event */
  #moves(event) {
    const last = this.#fingers.get(event.pointerId), at = this.#at(event);
    if (!last || (this.#start && near(this.#start, at))) return;
    this.#noTap();
    const before = [...this.#fingers.values()];
    this.#fingers.set(event.pointerId, at);
    const after = [...this.#fingers.values()];
    if (after.length === 1) this.#deeds.move({x: at.x - last.x, y: at.y - last.y});
    if (after.length === 2) this.#deeds.pinch(before, after);
  }

  /** @param {PointerEvent} event */
  #up(event) {
    const start = this.#start;
    this.#gone(event);
    if (start) this.#taps(start, event.timeStamp);
  }

  /** @param {Point} at @param {number} when */
  #taps(at, when) {
    if (this.#deeds.tap(at)) return;
    const {at: first, when: then} = this.#emptyTap;
    const twice = when - then < TWICE && near(first, at, 3 * SLACK);
    if (twice) this.#deeds.zoom(STEP, at);
    this.#emptyTap = {at, when: twice ? -Infinity : when};
  }

  /** @param {PointerEvent} event */
  #gone(event) {
    this.#fingers.delete(event.pointerId);
    this.#noTap();
  }

  #noTap() {
    clearTimeout(this.#pressing);
    this.#start = null;
  }

  /** @param {WheelEvent} event */
  #wheel(event) {
    event.preventDefault();
    const step = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 30 : event.ctrlKey ? 5 : 1; // a track pad's pinch comes with ctrl
    this.#deeds.zoom(Math.exp(-event.deltaY * step / 500), this.#at(event));
  }

  /** @param {MouseEvent} event @returns {Point} */
  #at(event) {
    const {left, top} = this.#element.getBoundingClientRect();
    return {x: event.clientX - left, y: event.clientY - top};
  }
}


/** @param {Point} a @param {Point} b */
function near(a, b, slack = SLACK) { return Math.hypot(a.x - b.x, a.y - b.y) <= slack; }
