// How far each pixel of a mask is from what lies outside of it: exact, in squares, which are whole numbers.

/**
 * A plane has a border of one pixel, in which nothing lies.
 * @typedef {{data: Int32Array, width: number, height: number}} Plane
 */


/**
 * Squared distances where a map reaches a threshold, 0 elsewhere. Beyond the picture there is no ground.
 * @param {Float32Array} map @param {number} width @param {number} height @param {number} threshold
 * @returns {Plane}
 */
export function distances(map, width, height, threshold) {
  const row = width + 2, plane = {data: new Int32Array(row * (height + 2)), width: row, height: height + 2};
  const along = alongRows(map, width, height, threshold), far = (width + height) ** 2;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const best = downColumn(along, x, y, width, height);
      plane.data[(y + 1) * row + x + 1] = best < far ? best : (y + 1) ** 2 + x ** 2; // SciPy's answer where there is no ground
    }
  return plane;
}


/** Of each pixel the distance to the next ground in its row. @param {Float32Array} map @param {number} width @param {number} height @param {number} threshold */
function alongRows(map, width, height, threshold) {
  const along = new Int32Array(width * height), far = width + height;
  for (let y = 0; y < height; y++) {
    const start = y * width, end = start + width;
    for (let i = start, steps = far; i < end; i++) along[i] = steps = map[i] >= threshold ? steps + 1 : 0;
    for (let i = end - 1, steps = far; i >= start; i--) along[i] = Math.min(along[i], steps = along[i] ? steps + 1 : 0);
  }
  return along;
}


/** @param {Int32Array} along @param {number} x @param {number} y @param {number} width @param {number} height */
function downColumn(along, x, y, width, height) {
  const at = y * width + x;
  let best = along[at] ** 2;
  for (let step = 1; step * step < best && step < height; step++) {
    if (step <= y) best = Math.min(best, along[at - step * width] ** 2 + step * step);
    if (step < height - y) best = Math.min(best, along[at + step * width] ** 2 + step * step);
  }
  return best;
}
