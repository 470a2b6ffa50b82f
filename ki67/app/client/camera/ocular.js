// The bright disc that a phone sees through an ocular, in black; and the square that fits into it.
// The first light that one meets from each side inwards lies on the disc's rim. A circle through three such points that most
// others agree with is the disc; tissue and dirt inside are never met, and a picture without a disc has no circle to agree on.

import {lightOf, quantile} from './light.js';

/** @typedef {import('../values.js').Rect} Rect @typedef {{x: number, y: number}} Point @typedef {{x: number, y: number, radius: number}} Circle */
/** @typedef {import('./light.js').Plane} Plane */

const LIT = 0.25;       // of the brightest twentieth: the black round an ocular is far below, dark tissue above
const RUN = 3;          // lit pixels in a row: less is a glint
const NEAR = 0.015;     // of the longer side, that a rim's point may lie off its circle
const AGREE = 0.6;      // of the rim's points that must lie on it
const LEAST = 24;       // points of a rim
const SMALLEST = 0.2, LARGEST = 0.75;  // radius, in longer sides
const BLACK = 0.35;     // the most light outside, of the light inside
const INSIDE = 0.97;    // of the radius: the rim itself is blurred


/** @param {{width: number, height: number, data: Uint8Array|Uint8ClampedArray}} pixels some hundred pixels wide are enough @returns {Circle|null} */
export function ocularOf(pixels) {
  const plane = lightOf(pixels), longer = Math.max(plane.width, plane.height);
  const rim = rimOf(plane, LIT * quantile(plane.data, 0.95));
  if (rim.length < LEAST) return null;
  const near = NEAR * longer, best = mostAgreed(rim, near);
  if (!best) return null;
  const agreeing = rim.filter(point => off(best, point) <= near), circle = fitted(agreeing);
  if (agreeing.length < AGREE * rim.length || circle.radius < SMALLEST * longer || circle.radius > LARGEST * longer) return null;
  return isBlackAround(plane, circle) ? circle : null;
}


/**
 * The largest square in the disc, cut where the picture ends. In the picture's own pixels.
 * @param {Circle} circle @param {{width: number, height: number}} picture @param {number} [times] that the picture is larger than where the circle was found
 * @returns {Rect}
 */
export function squareIn(circle, picture, times = 1) {
  const half = INSIDE * circle.radius / Math.SQRT2;
  const left = Math.max(0, Math.ceil((circle.x - half) * times)), top = Math.max(0, Math.ceil((circle.y - half) * times));
  const right = Math.min(picture.width, Math.floor((circle.x + half) * times));
  const bottom = Math.min(picture.height, Math.floor((circle.y + half) * times));
  return {x: left, y: top, width: right - left, height: bottom - top};
}


/** Where light begins, from each of the four sides, unless the side itself is lit. @param {Plane} plane @param {number} lit @returns {Point[]} */
function rimOf({width, height, data}, lit) {
  /** @type {Point[]} */
  const rim = [];
  const first = (/** @type {number} */ start, /** @type {number} */ step, /** @type {number} */ count) => {
    for (let i = 0, run = 0; i < count; i++) {
      run = data[start + i * step] > lit ? run + 1 : 0;
      if (run === RUN) return i - RUN + 1;
    }
    return 0;
  };
  for (let y = 0; y < height; y++) {
    const left = first(y * width, 1, width), right = first((y + 1) * width - 1, -1, width);
    if (left) rim.push({x: left, y});
    if (right) rim.push({x: width - 1 - right, y});
  }
  for (let x = 0; x < width; x++) {
    const top = first(x, width, height), bottom = first((height - 1) * width + x, -width, height);
    if (top) rim.push({x, y: top});
    if (bottom) rim.push({x, y: height - 1 - bottom});
  }
  return rim;
}


/** Of circles through three points far apart, the one that most points agree with; the same for the same picture. @param {Point[]} rim @param {number} near */
function mostAgreed(rim, near) {
  const tries = 200, third = Math.floor(rim.length / 3);
  /** @type {Circle|null} */
  let best = null;
  for (let i = 0, most = 0; i < tries; i++) {
    const at = Math.floor(i * rim.length / tries);
    const circle = through(rim[at], rim[(at + third + 7 * i) % rim.length], rim[(at + 2 * third + 13 * i) % rim.length]);
    const agree = circle ? rim.filter(point => off(circle, point) <= near).length : 0;
    if (agree > most) [most, best] = [agree, circle];
  }
  return best;
}


/** How far a point lies off a circle. @param {Circle} circle @param {Point} point */
function off(circle, {x, y}) { return Math.abs(Math.hypot(x - circle.x, y - circle.y) - circle.radius); }


/** @param {Point} a @param {Point} b @param {Point} c @returns {Circle|null} null where they lie on a line */
function through(a, b, c) {
  const twice = 2 * ((b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x));
  if (Math.abs(twice) < 1) return null;
  const ab = (b.x - a.x) ** 2 + (b.y - a.y) ** 2, ac = (c.x - a.x) ** 2 + (c.y - a.y) ** 2;
  const x = ((c.y - a.y) * ab - (b.y - a.y) * ac) / twice, y = ((b.x - a.x) * ac - (c.x - a.x) * ab) / twice;
  return {x: a.x + x, y: a.y + y, radius: Math.hypot(x, y)};
}


/**
 * Kåsa's least squares: x² + y² = 2·cx·x + 2·cy·y + (r² − cx² − cy²) is linear in its three unknowns; about the mean point two remain.
 * @param {Point[]} points @returns {Circle}
 */
function fitted(points) {
  const n = points.length, mean = (/** @type {(point: Point) => number} */ of) => points.reduce((sum, point) => sum + of(point), 0) / n;
  const mx = mean(p => p.x), my = mean(p => p.y);
  const [xx, yy, xy] = [mean(p => (p.x - mx) ** 2), mean(p => (p.y - my) ** 2), mean(p => (p.x - mx) * (p.y - my))];
  const z = (/** @type {Point} */ p) => (p.x - mx) ** 2 + (p.y - my) ** 2;
  const [xz, yz] = [mean(p => (p.x - mx) * z(p)) / 2, mean(p => (p.y - my) * z(p)) / 2], area = xx * yy - xy ** 2;
  const x = (xz * yy - yz * xy) / area, y = (yz * xx - xz * xy) / area;
  return {x: mx + x, y: my + y, radius: Math.sqrt(x ** 2 + y ** 2 + xx + yy)};
}


/** @param {Plane} plane @param {Circle} circle */
function isBlackAround({width, height, data}, circle) {
  const sums = {inside: 0, outside: 0}, counts = {inside: 0, outside: 0};
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const share = Math.hypot(x - circle.x, y - circle.y) / circle.radius;
      if (share > 0.95 && share < 1.05) continue;
      const where = share < 1 ? 'inside' : 'outside';
      sums[where] += data[y * width + x];
      counts[where]++;
    }
  return counts.outside > 0 && sums.outside / counts.outside < BLACK * sums.inside / counts.inside;
}
