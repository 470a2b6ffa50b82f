// Which stain a picture seems to have: what hues tell of haematoxylin with DAB or eosin, and of what is no section at all.

import {above, means, whiteOf} from './appearance.js';

/** @typedef {import('./resize.js').Picture} Picture */
/** @typedef {{tissue: number, pink: number, brown: number, strange: number, colourless: number, dark: number}} Colours parts of the tissue */
/**
 * @typedef {{tissue: number, lamp: number, pink: number, cyan: number, green: number, yellow: number, colourless: number, dark: number,
 *   somePink: number, many: number, most: number}} Rules
 */


/** Of a picture or a window: every fourth pixel is enough. @param {Picture} picture @param {number[]} density @param {Rules} rules @returns {Colours} */
export function coloursOf(picture, density, rules) {
  const white = whiteOf(picture).map((value) => Math.max(value, rules.lamp));
  const densities = above(picture, white, density, 2), grey = means(densities);
  const found = {tissue: 0, pink: 0, brown: 0, strange: 0, colourless: 0, dark: 0};
  for (let pixel = 0; pixel < grey.length; pixel++) if (grey[pixel] > Math.fround(rules.tissue)) add(found, densities, 3 * pixel, grey[pixel], rules);
  const {tissue, ...hues} = found;
  const parts = Object.fromEntries(Object.entries(hues).map(([name, pixels]) => [name, pixels / (tissue || NaN)]));
  return /** @type {Colours} */ ({tissue: tissue / grey.length, ...parts});
}


/** One more pixel of tissue. @param {Colours} found @param {Float32Array} densities @param {number} at @param {number} grey @param {Rules} rules */
function add(found, densities, at, grey, rules) {
  const sum = densities[at] + densities[at + 1] + densities[at + 2];
  const red = densities[at] / sum, green = densities[at + 1] / sum, blue = densities[at + 2] / sum;
  const strange = red - green > rules.cyan || Math.min(red, blue) - green > rules.green || blue - green > rules.yellow;
  found.tissue++;
  found.pink += Number(green - Math.max(red, blue) > rules.pink);
  found.brown += Number(blue > green);
  found.strange += Number(strange);
  found.colourless += Number(Math.max(red, green, blue) - Math.min(red, green, blue) < rules.colourless);
  found.dark += Number(grey > rules.dark);
}


/** Codes of what is no field stained with haematoxylin and DAB. @param {Colours} found @param {Rules} rules */
export function notKi67(found, {many, most, somePink}) {
  if (found.tissue * found.dark > most) return ['darkGround'];
  const noSection = [...found.strange > many ? ['strange'] : [], ...found.colourless > most ? ['noColour'] : []];
  if (noSection.length) return noSection;
  return found.pink > Math.max(found.brown, somePink) ? ['likeHe'] : [];
}
