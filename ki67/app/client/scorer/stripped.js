// A picture without its metadata, written again by its format's rules, its coded pixels untouched. Also without the way it
// was held: what people see and the cells lie in one frame, the pixels as stored.

import {isJpeg, strippedJpeg} from './jpeg.js';
import {isPng, strippedPng} from './png.js';
import {Refused} from './refused.js';


/** @param {Uint8Array} bytes @returns {Uint8Array} */
export function stripped(bytes) {
  if (isJpeg(bytes)) return strippedJpeg(bytes);
  if (isPng(bytes)) return strippedPng(bytes);
  throw new Refused('notAPicture');
}
