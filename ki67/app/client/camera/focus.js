// Whether a picture is fit to be counted, told from its light alone and before anything is counted. The limits are asked of
// simulated fields in tests/client/test_camera.py, darkened, lightened and blurred by known amounts.

import {lightOf, quantile, shareOf} from './light.js';

/** @typedef {'dark'|'bright'|'blurred'} Flaw its sentence is `words.focus[flaw]` */
/** @typedef {import('./light.js').Plane} Plane */

export const FINER = 2;            // than the network: what it could not see needs no judging
const GLASS = 0.99, DARK = 140;    // what is brightest in a section is glass: 200 to 250 in the right light, 110 to 135 two stops below
const BURNT = 253, MUCH = 0.3;     // so much pure white is light that ran over: pale nuclei lie in it, unseen
const SHARP = 0.08;                // of the steps between neighbours that a small blur takes away; a blur by 0.8 µm leaves less


/**
 * What is wrong with a picture that is as large as `FINER` times the network's resolution makes it.
 * @param {{width: number, height: number, data: Uint8Array|Uint8ClampedArray}} pixels @returns {Flaw[]}
 */
export function flawsOf(pixels) {
  const light = lightOf(pixels);
  /** @type {[Flaw, boolean][]} */
  const asked = [
    ['dark', quantile(light.data, GLASS) < DARK],
    ['bright', shareOf(light.data, value => value >= BURNT) > MUCH],
    ['blurred', sharpness(light) < SHARP],
  ];
  return asked.filter(([, is]) => is).map(([flaw]) => flaw);
}


/**
 * Blur a picture a little: what was sharp loses much of the steps between its neighbours, what was blurred hardly any
 * (after Crete and others 2007). A share, so that contrast and brightness do not matter. 0 is flat or wholly blurred.
 * @param {Plane} light
 */
export function sharpness(light) {
  const before = steps(light);
  return before > 0 ? Math.max(0, 1 - steps(blurred(blurred(light))) / before) : 0;
}


/** The mean step to the next pixel at the right and below. @param {Plane} light */
function steps({width, height, data}) {
  let sum = 0;
  for (let y = 0; y < height - 1; y++)
    for (let x = 0, at = y * width; x < width - 1; x++, at++) sum += Math.abs(data[at + 1] - data[at]) + Math.abs(data[at + width] - data[at]);
  return sum / ((width - 1) * (height - 1));
}


/** The mean of each pixel and its eight neighbours. @param {Plane} light @returns {Plane} */
function blurred({width, height, data}) {
  const mean = new Float32Array(data.length);
  const near = (/** @type {number} */ at, /** @type {number} */ most) => [Math.max(at - 1, 0), at, Math.min(at + 1, most)];
  for (let y = 0; y < height; y++) {
    const rows = near(y, height - 1).map(row => row * width);
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (const column of near(x, width - 1)) sum += data[rows[0] + column] + data[rows[1] + column] + data[rows[2] + column];
      mean[y * width + x] = sum / 9;
    }
  }
  return {width, height, data: mean};
}
