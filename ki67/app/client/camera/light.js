// How light the pixels of a picture are, and what share of them.

/** @typedef {{width: number, height: number, data: Float32Array}} Plane brightness, 0 to 255 */

const RED = 0.299, GREEN = 0.587, BLUE = 0.114;  // luma, as JPEG has it


/** @param {{width: number, height: number, data: Uint8Array|Uint8ClampedArray}} pixels @returns {Plane} */
export function lightOf({width, height, data}) {
  const light = new Float32Array(width * height);
  for (let i = 0, at = 0; i < light.length; i++, at += 4) light[i] = RED * data[at] + GREEN * data[at + 1] + BLUE * data[at + 2];
  return {width, height, data: light};
}


/** The whole value below which a share of the values lies. @param {Float32Array} values 0 to 255 @param {number} share */
export function quantile(values, share) {
  const many = new Uint32Array(256);
  for (const value of values) many[Math.floor(value)]++;
  let level = 0;
  for (let below = many[0]; below <= share * values.length && level < 255;) below += many[++level];
  return level;
}


/** @param {Float32Array} values @param {(value: number) => boolean} such */
export function shareOf(values, such) {
  let many = 0;
  for (const value of values) if (such(value)) many++;
  return many / values.length;
}
