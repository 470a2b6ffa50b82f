// A picture's size, kind and scale, told by its first bytes, and refused there where it cannot be counted.

import {numbersOf} from './bytes.js';
import {isJpeg, jpegHeader} from './jpeg.js';
import {isPng, pngHeader} from './png.js';
import {Refused} from './refused.js';

/** @typedef {'image/jpeg'|'image/png'} Kind */
/** @typedef {{kind: Kind, width: number, height: number, scales: number[]}} Header `scales`: every µm/px that the file tells */
/** @typedef {{kind: Kind, width: number, height: number, umPerPx: number|null}} Told */

export const MOST_BYTES = 64_000_000; // as the service takes
export const MOST_PIXELS = 64_000_000; // decoded, a picture takes four bytes for each
const PLAUSIBLE = [.05, 4]; // µm/px of a microscope: a screen's 72 dots an inch say nothing of the tissue
const ALIKE = 1.01; // times the smallest of the scales that a file tells, which others may be
const DIGITS = 9;
const PHONES = ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'msf1', 'avif', 'avis'];
const TIFFS = ['II*\0', 'MM\0*', 'II+\0', 'MM\0+'];


/** @param {Uint8Array} bytes @returns {Told} */
export function headerOf(bytes) {
  if (bytes.length === 0) throw new Refused('empty');
  if (bytes.length > MOST_BYTES) throw new Refused('tooManyBytes', {most: MOST_BYTES});
  const {scales, ...header} = isJpeg(bytes) ? jpegHeader(bytes) : isPng(bytes) ? pngHeader(bytes) : refuseKind(bytes);
  const {width, height} = header;
  if (!width || !height) throw new Refused('damaged');
  if (width * height > MOST_PIXELS) throw new Refused('tooLarge', {width, height, most: MOST_PIXELS});
  return {...header, umPerPx: agreed(scales)};
}


/** @param {Uint8Array} bytes @returns {never} */
function refuseKind(bytes) {
  const {text} = numbersOf(bytes);
  if (text(4, 4) === 'ftyp' && PHONES.includes(text(8, 4))) throw new Refused('heic');
  throw new Refused(TIFFS.includes(text(0, 4)) ? 'tiff' : 'notAPicture');
}


/** µm/px, where all that a file tells of it is the same in both directions and can be a microscope's. @param {number[]} told */
export function agreed(told) {
  const [least, most] = PLAUSIBLE, fits = told.every((scale) => least <= scale && scale <= most);
  return told.length && fits && Math.max(...told) <= ALIKE * Math.min(...told) ? Number(told[0].toFixed(DIGITS)) : null;
}
