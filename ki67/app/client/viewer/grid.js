// Cells sorted into squares, so that those near a point are found without asking all.

/** @typedef {import('../values.js').Cells} Cells */
/** @typedef {import('../values.js').Rect} Rect */

const SQUARE = 64; // pixels of the picture

export class Grid {
  #cells; #columns; #rows;
  #from; // where in #order the cells of a square begin
  #order;

  /** @param {Cells} cells */
  constructor(cells) {
    const {xy} = this.#cells = cells, places = xy.map((value) => Math.max(0, Math.floor(value / SQUARE)));
    const largest = (/** @type {number} */ axis) => places.reduce((most, place, i) => i % 2 === axis ? Math.max(most, place) : most, 0);
    this.#columns = largest(0) + 1;
    this.#rows = largest(1) + 1;
    const square = Int32Array.from(cells.label, (_, cell) => places[2 * cell] + places[2 * cell + 1] * this.#columns);
    this.#from = new Int32Array(this.#columns * this.#rows + 1);
    for (const each of square) this.#from[each + 1]++;
    for (let i = 1; i < this.#from.length; i++) this.#from[i] += this.#from[i - 1];
    this.#order = new Int32Array(square.length);
    const next = this.#from.slice();
    square.forEach((each, cell) => { this.#order[next[each]++] = cell; });
  }

  /** Cells whose square meets a rectangle: all that lie in it and a few about it. @param {Rect} rect @returns {Generator<number>} */
  * about({x, y, width, height}) {
    const left = Math.max(0, Math.floor(x / SQUARE)), right = Math.min(this.#columns - 1, Math.floor((x + width) / SQUARE));
    const top = Math.max(0, Math.floor(y / SQUARE)), bottom = Math.min(this.#rows - 1, Math.floor((y + height) / SQUARE));
    for (let row = top; row <= bottom; row++) {
      const line = row * this.#columns;
      for (let i = this.#from[line + left]; left <= right && i < this.#from[line + right + 1]; i++) yield this.#order[i];
    }
  }

  /**
   * The nearest cell within reach of a point that is wanted, or null.
   * @param {{x: number, y: number}} point @param {number} reach @param {(cell: number) => boolean} wanted @returns {number|null}
   */
  nearest({x, y}, reach, wanted = () => true) {
    const {xy} = this.#cells;
    let best = null, least = reach;
    for (const cell of this.about({x: x - reach, y: y - reach, width: 2 * reach, height: 2 * reach})) {
      const far = Math.hypot(xy[2 * cell] - x, xy[2 * cell + 1] - y);
      if (far <= least && wanted(cell)) [best, least] = [cell, far];
    }
    return best;
  }
}
