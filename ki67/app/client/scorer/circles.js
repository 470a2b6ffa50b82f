// The smallest circle round some points.

/** @typedef {{x: number, y: number}} Point @typedef {{x: number, y: number, radius: number, held: Point[]}} Circle */

const SURELY = 1e-6; // pixels by which a point is outside
const ALMOST_IN_LINE = 1e-9;


/**
 * As long as some point lies outside, it joins those that hold the circle, and the smallest circle of these takes over:
 * it is larger each time, so this ends.
 * @param {Point[]} points @returns {Point}
 */
export function smallestCircle(points) {
  const first = points[0];
  let circle = through([first, farthest(points, first)]);
  for (;;) {
    const outlier = farthest(points, circle);
    if (apart(outlier, circle) <= circle.radius + SURELY) return circle;
    circle = smallestOfFew([...circle.held, outlier]);
  }
}


/** Of the circles through two or three of at most four points the smallest that holds all. @param {Point[]} points */
function smallestOfFew(points) {
  const circles = supports(points).map((support) => {
    const circle = through(support);
    circle.radius = apart(farthest(points, circle), circle);
    return circle;
  });
  return circles.reduce((best, circle) => circle.radius < best.radius ? circle : best);
}


/** @param {Point[]} points @returns {Point[][]} */
function supports(points) {
  const pairs = points.flatMap((one, i) => points.slice(i + 1).map((other) => [one, other]));
  const threes = points.flatMap((one, i) => points.slice(i + 1).flatMap((two, j) => points.slice(i + j + 2).map((three) => [one, two, three])));
  return [...pairs, ...threes];
}


/** The circle of which two points are the ends, or that goes through three. @param {Point[]} support @returns {Circle} */
function through(support) {
  const [a, b, c = b] = support;
  const u = {x: b.x - a.x, y: b.y - a.y}, v = {x: c.x - a.x, y: c.y - a.y};
  const uu = u.x * u.x + u.y * u.y, vv = v.x * v.x + v.y * v.y, area = 2 * (u.x * v.y - u.y * v.x) || ALMOST_IN_LINE;
  const pair = support.length === 2;
  const x = a.x + (pair ? u.x / 2 : (uu * v.y - vv * u.y) / area), y = a.y + (pair ? u.y / 2 : (vv * u.x - uu * v.x) / area);
  return {x, y, radius: Math.sqrt((a.x - x) ** 2 + (a.y - y) ** 2), held: support};
}


/** @param {Point[]} points @param {Point} from */
function farthest(points, from) {
  let best = points[0], most = -1;
  for (const point of points) {
    const square = (point.x - from.x) ** 2 + (point.y - from.y) ** 2;
    if (square > most) { most = square; best = point; }
  }
  return best;
}


/** @param {Point} one @param {Point} other */
function apart(one, other) { return Math.sqrt((one.x - other.x) ** 2 + (one.y - other.y) ** 2); }
