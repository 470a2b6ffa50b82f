// From two taps on the lines of a stage micrometer to micrometres per pixel, and from there to other pictures of the same lens.

/** @typedef {import('../values.js').Profile} Profile @typedef {{x: number, y: number}} Point */
/** @typedef {import('./light.js').Plane} Plane */

const ALIKE = 0.01;  // a part of its aspect by which a picture may differ and still be the same sensor's, smaller


/** @param {Point} one @param {Point} other in pixels @param {number} micrometres between the two lines */
export function umPerPxOf(one, other, micrometres) { return micrometres / Math.hypot(other.x - one.x, other.y - one.y); }


/** The part by which the scale may be off, where each tap may be off by so many pixels. @param {Point} one @param {Point} other @param {number} pixels */
export function doubt(one, other, pixels) { return pixels * Math.SQRT2 / Math.hypot(other.x - one.x, other.y - one.y); }


/**
 * The scale of a picture by a phone's profile. Fewer pixels of the same sensor are larger; another aspect is cut in an unknown
 * way, so it has none. Pictures held upright or on their side are one.
 * @param {Profile} profile @param {{width: number, height: number}} picture @returns {number|null}
 */
export function scaleBy({umPerPx, width, height}, picture) {
  const longer = Math.max(width, height), own = Math.max(picture.width, picture.height);
  const aspects = (longer / Math.min(width, height)) / (own / Math.min(picture.width, picture.height));
  return Math.abs(aspects - 1) <= ALIKE ? umPerPx * longer / own : null;
}


/**
 * A tap moved onto the middle of the dark line beside it, along the way to the other tap: fingers are coarser than lines.
 * @param {Plane} light @param {Point} tap @param {Point} other @param {number} reach in pixels @returns {Point} the tap itself where there is no line
 */
export function ontoLine(light, tap, other, reach) {
  const length = Math.hypot(other.x - tap.x, other.y - tap.y);
  if (!length) return tap;
  const step = {x: (other.x - tap.x) / length, y: (other.y - tap.y) / length};
  const along = Array.from({length: 2 * reach + 1}, (_, i) => i - reach);
  const values = along.map(far => at(light, tap.x + far * step.x, tap.y + far * step.y));
  const ground = values.slice().sort((a, b) => a - b)[Math.floor(values.length * 0.75)], darkest = Math.min(...values);
  if (ground - darkest < 0.15 * ground) return tap;
  const middle = weighted(along, values.map(value => Math.max(0, (ground + darkest) / 2 - value)));
  return {x: tap.x + middle * step.x, y: tap.y + middle * step.y};
}


/** @param {number[]} places @param {number[]} weights */
function weighted(places, weights) {
  return places.reduce((sum, place, i) => sum + place * weights[i], 0) / weights.reduce((sum, weight) => sum + weight, 0);
}


/** @param {Plane} light @param {number} x @param {number} y the nearest pixel is read */
function at({width, height, data}, x, y) {
  const column = Math.min(Math.max(Math.round(x), 0), width - 1), row = Math.min(Math.max(Math.round(y), 0), height - 1);
  return data[row * width + column];
}
