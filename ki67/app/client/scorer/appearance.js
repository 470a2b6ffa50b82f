// What a field measures: its tissue, its two stains, other colours, sharpness, nuclei; and whether training saw such.

import {quantile, rounded} from './numbers.js';

/** @typedef {import('./cells.js').Cells} Cells @typedef {import('./resize.js').Picture} Picture */
/** @typedef {{tissue: number, haematoxylin: number, dab: number, green: number, sharpness: number, nucleus: number}} Appearance */
/** @typedef {{unmixing: number[][], tissue: number, little: number, reach: number}} Rules */
/** @typedef {Record<string, [number, number]>} Ranges */

const WHITEST = .98, DARKEST = .95, GREENEST = .9;


/** Red, green and blue that 98 % of a picture's pixels, one in sixteen, do not exceed. @param {Picture} picture */
export function whiteOf({data, width, height}) {
  return [0, 1, 2].map((colour) => {
    const values = new Float64Array(Math.ceil(width / 4) * Math.ceil(height / 4));
    for (let y = 0, write = 0; y < height; y += 4) for (let x = 0; x < width; x += 4) values[write++] = data[4 * (y * width + x) + colour];
    return Math.trunc(quantile(values, WHITEST));
  });
}


/**
 * Measure a picture, or a window of it. In single precision where Python's is: what is compared with a limit.
 * @param {Picture} picture @param {Cells} cells @param {number[]} density of each 8-bit value @param {Rules} rules @returns {Appearance}
 */
export function measured(picture, cells, density, {unmixing, tissue, reach}) {
  const densities = above(picture, whiteOf(picture), density), grey = means(densities), inside = whereMore(grey, tissue);
  if (!inside.length) return {tissue: 0, haematoxylin: NaN, dab: NaN, green: NaN, sharpness: NaN, nucleus: NaN};
  const [blue, brown] = [0, 1].map((stain) => dotted(densities, inside, unmixing.map((row) => row[stain])));
  return {
    tissue: inside.length / grey.length, haematoxylin: quantile(blue, DARKEST), dab: quantile(brown, DARKEST),
    green: quantile(greens(densities, inside), GREENEST), sharpness: sharpness(grey, picture), nucleus: nuclearRadius(grey, picture, cells, reach),
  };
}


/** Which pixels are denser. @param {Float32Array} grey @param {number} limit */
function whereMore(grey, limit) {
  const found = new Int32Array(grey.length), least = Math.fround(limit);
  let count = 0;
  for (let pixel = 0; pixel < grey.length; pixel++) if (grey[pixel] > least) found[count++] = pixel;
  return found.subarray(0, count);
}


/** Of each of some pixels how much of a stain it holds. @param {Float32Array} densities @param {Int32Array} inside @param {number[]} weights */
function dotted(densities, inside, [red, green, blue]) {
  const found = new Float32Array(inside.length);
  for (let i = 0; i < inside.length; i++) {
    const at = 3 * inside[i];
    found[i] = red * densities[at] + green * densities[at + 1] + blue * densities[at + 2];
  }
  return found;
}


/** The part of all density that green light meets. @param {Float32Array} densities @param {Int32Array} inside */
function greens(densities, inside) {
  const found = new Float32Array(inside.length);
  for (let i = 0; i < inside.length; i++) {
    const at = 3 * inside[i];
    found[i] = densities[at + 1] / (densities[at] + densities[at + 1] + densities[at + 2]);
  }
  return found;
}


/** Optical densities above those of white, three a pixel. @param {Picture} picture @param {number[]} white @param {number[]} density @param {number} [step] */
export function above({data, width, height}, white, density, step = 1) {
  const [reds, greens, blues] = white.map((value) => Float32Array.from(density, (each) => Math.max(each - density[value], 0)));
  const found = new Float32Array(3 * Math.ceil(width / step) * Math.ceil(height / step));
  for (let y = 0, write = 0; y < height; y += step)
    for (let at = 4 * y * width, end = at + 4 * width; at < end; at += 4 * step, write += 3) {
      found[write] = reds[data[at]];
      found[write + 1] = greens[data[at + 1]];
      found[write + 2] = blues[data[at + 2]];
    }
  return found;
}


/** Of three densities each. @param {Float32Array} densities */
export function means(densities) {
  const grey = new Float32Array(densities.length / 3);
  for (let i = 0, at = 0; i < grey.length; i++, at += 3)
    grey[i] = Math.fround(Math.fround(densities[at] + densities[at + 1]) + densities[at + 2]) / 3;
  return grey;
}


/** Mean change from pixel to pixel, as a share of the mean density. @param {Float32Array} grey @param {{width: number, height: number}} size */
function sharpness(grey, {width, height}) {
  let across = 0, down = 0, sum = 0;
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at++) {
      sum += grey[at];
      if (x) across += Math.abs(grey[at] - grey[at - 1]);
      if (y) down += Math.abs(grey[at] - grey[at - width]);
    }
  return (across / (height * (width - 1)) + down / (width * (height - 1))) / (sum / grey.length);
}


/**
 * The median radius at which the density round a cell has fallen half-way from its middle to the palest ring.
 * @param {Float32Array} grey @param {{width: number, height: number}} size @param {Cells} cells @param {number} reach
 */
function nuclearRadius(grey, {width, height}, {xy}, reach) {
  const radii = [], rings = ringsOf(reach, width);
  for (let at = 0; at < xy.length; at += 2) {
    const x = rounded(xy[at]), y = rounded(xy[at + 1]);
    if (x < reach || x >= width - reach || y < reach || y >= height - reach) continue;
    const profile = rings.map((ring) => meanAround(grey, y * width + x, ring));
    const half = ((profile[0] + profile[1]) / 2 + Math.min(...profile)) / 2;
    radii.push(Math.max(profile.findIndex((value) => value < half), 0));
  }
  return median(radii);
}


/** @param {Float32Array} grey @param {number} middle @param {Int32Array} steps */
function meanAround(grey, middle, steps) {
  let sum = 0;
  for (let i = 0; i < steps.length; i++) sum += grey[middle + steps[i]];
  return sum / steps.length;
}


/** Of each whole radius the steps from the middle to its pixels. @param {number} reach @param {number} width */
function ringsOf(reach, width) {
  const rings = Array.from({length: reach + 1}, () => /** @type {number[]} */ ([]));
  for (let y = -reach; y <= reach; y++)
    for (let x = -reach; x <= reach; x++) rings[rounded(Math.hypot(x, y))]?.push(y * width + x);
  return rings.map((ring) => Int32Array.from(ring));
}


/** @param {number[]} values */
function median(values) { return values.length ? quantile(Float64Array.from(values), .5) : NaN; }


/**
 * A picture's measures from those of its windows, each weighed by its tissue.
 * @template {{tissue: number}} M
 * @param {M[]} parts @returns {M}
 */
export function meanOf(parts) {
  const names = /** @type {(keyof M)[]} */ (Object.keys(parts[0]));
  const weighed = names.map((name) => {
    const known = parts.filter((part) => !Number.isNaN(Number(part[name]))), total = known.reduce((sum, part) => sum + part.tissue, 0);
    return [name, known.reduce((sum, part) => sum + Number(part[name]) * part.tissue, 0) / (total || NaN)];
  });
  const tissue = parts.reduce((sum, part) => sum + part.tissue, 0) / parts.length;
  return /** @type {M} */ ({...Object.fromEntries(weighed), tissue});
}


/** In what a picture is unlike those of training: codes. @param {Appearance} found @param {Ranges} familiar @param {Rules} rules */
export function unfamiliar(found, familiar, {little}) {
  if (found.tissue < little) return ['noTissue'];
  return ORDER.flatMap((name) => {
    const [low, high] = familiar[name] ?? [-Infinity, Infinity], value = found[name];
    return value < low ? [`${name}Low`] : value > high ? [`${name}High`] : [];
  });
}

const ORDER = /** @type {const} */ (['haematoxylin', 'dab', 'green', 'sharpness', 'nucleus']);
