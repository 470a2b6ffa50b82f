// How light the pixels of a picture are, and what share of them.

/** @typedef {{width: number, height: number, data: Float32Array}} Plane brightness, 0 to 255 */

const RED = 0.299, GREEN = 0.587, BLUE = 0.114;  // luma, as JPEG has it


/** @param {{width: number, height: number, data: Uint8Array|Uint8ClampedArray}} pixels @returns {Plane} */
export function lightOf({width, height, data}) {
  const light = new Float32Array(width * height);
  for (let i = 0, at = 0; i < light.length; i++, at += 4) light[i] = RED * data[at] + GREEN * data[at + 1] + BLUE * data[at + 2];
  return {width, height, data: light};
}


/** The value that a share of the values lies below. @param {Float32Array} values @param {number} share */
export function quantile(values, share) {
  const sorted = values.slice().sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}


/** @param {Float32Array} values @param {(value: number) => boolean} such */
export function shareOf(values, such) { return values.reduce((sum, value) => sum + Number(such(value)), 0) / values.length; }
