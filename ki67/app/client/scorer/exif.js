// The resolution that a program wrote into a JPEG's EXIF. Nothing else of it is read.

import {INCH, numbersOf} from './bytes.js';

const X_RESOLUTION = 0x011A, UNIT = 0x0128, CENTIMETRE = 3, RATIONAL = 5;
const ENTRY = 12; // bytes


/** µm/px; none where that is not told. @param {Uint8Array} tiff what follows the word Exif @returns {number[]} */
export function scaleInExif(tiff) {
  const {at16, at32} = numbersOf(tiff, tiff[0] === 0x49), first = at32(4);
  let dots = NaN, unit = NaN;
  for (let entry = first + 2, end = entry + ENTRY * at16(first); entry < end && entry + ENTRY <= tiff.length; entry += ENTRY) {
    const tag = at16(entry), place = at32(entry + 8);
    if (tag === UNIT) unit = at16(entry + 8);
    if (tag === X_RESOLUTION && at16(entry + 2) === RATIONAL) dots = at32(place) / at32(place + 4);
  }
  return Number.isNaN(unit) ? [] : [(unit === CENTIMETRE ? INCH / 2.54 : INCH) / dots];
}
