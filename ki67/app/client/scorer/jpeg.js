// What a JPEG is made of: segments, each with a marker. Its coded pixels are never looked into.

import {INCH, bytesJoined, numbersOf} from './bytes.js';
import {scaleInExif} from './exif.js';
import {Refused, damaged} from './refused.js';

/** @typedef {{kind: number, start: number, end: number}} Segment its marker, where its content begins, and where the next marker is */
/** @typedef {import('./header.js').Header} Header */

const FILL = 0xFF, START = 0xD8, END = 0xD9, SCAN = 0xDA, JFIF = 0xE0, EXIF = 0xE1, ADOBE = 0xEE;
const ALONE = 0x01; // a marker without a segment; restart markers, which stand between coded pixels, are not looked for
const TABLES = [0xC4, 0xC8, 0xCC]; // among the numbers of frames
const BARE_JFIF = [0x4A, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0]; // says YCbCr and nothing more: no thumbnail, no resolution
const COLOURS = 12; // bytes by which Adobe says how colours are meant
const COMPONENTS = 3, BITS = 8, GREY = 1, CMYK = 4;


/** @param {Uint8Array} bytes */
export const isJpeg = (bytes) => bytes[0] === FILL && bytes[1] === START && bytes[2] === FILL;


/** Size and scale. @param {Uint8Array} bytes @returns {Header} */
export function jpegHeader(bytes) {
  const {at16, text} = numbersOf(bytes);
  let told = /** @type {number[]|null} */ (null), exif = /** @type {number[]|null} */ (null);
  for (const {kind, start, end} of segments(bytes)) {
    if (kind === JFIF && text(start + 2, 4) === 'JFIF') told = inJfif(bytes, start) ?? told;
    if (kind === EXIF && text(start + 2, 6) === 'Exif\0\0') exif ??= scaleInExif(bytes.subarray(start + 8, end));
    if (!isFrame(kind)) continue;
    refuseColours(bytes[start + 2], bytes[start + 7]);
    return {kind: 'image/jpeg', width: at16(start + 5), height: at16(start + 3), scales: told ?? exif ?? []};
  }
  throw damaged();
}


/** A JPEG of nothing but its pixels: tables, frames and scans, and how its colours are meant. @param {Uint8Array} bytes */
export function strippedJpeg(bytes) {
  const pieces = [Uint8Array.of(FILL, START)];
  for (const {kind, start, end} of segments(bytes)) {
    const content = bytes.subarray(start + 2, end);
    if (kind >= 0xC0 && kind < 0xE0) pieces.push(Uint8Array.of(FILL, kind), bytes.subarray(start, end));
    else if (kind === JFIF && begins(content, 'JFIF\0')) pieces.push(segment(JFIF, BARE_JFIF));
    else if (kind === ADOBE && begins(content, 'Adobe')) pieces.push(segment(ADOBE, content.subarray(0, COLOURS)));
  }
  return bytesJoined([...pieces, Uint8Array.of(FILL, END)]);
}


/** All up to the picture's end. @param {Uint8Array} bytes @returns {Generator<Segment>} */
function* segments(bytes) {
  for (let at = 2; ;) {
    const marker = markerAt(bytes, at);
    if (!marker) throw damaged();
    const {kind, start} = marker;
    if (kind === END) return;
    const length = kind === ALONE ? 0 : numbersOf(bytes).at16(start);
    at = kind === SCAN ? nextMarker(bytes, start + length) : start + length;
    if (!(at < bytes.length) || (length < 2 && kind !== ALONE)) throw damaged();
    yield {kind, start, end: at};
  }
}


/** @param {Uint8Array} bytes @param {number} from */
function nextMarker(bytes, from) {
  let at = bytes.indexOf(FILL, from);
  while (at >= 0 && !markerAt(bytes, at)) at = bytes.indexOf(FILL, at + 1);
  return at < 0 ? bytes.length : at;
}


/** In coded pixels 0xFF is followed by zero or a restart marker. @param {Uint8Array} bytes @param {number} at */
function markerAt(bytes, at) {
  let place = at;
  while (bytes[place] === FILL) place++;
  const kind = bytes[place];
  return place === at || !kind || (kind >= 0xD0 && kind < START) ? null : {kind, start: place + 1};
}


/** @param {number} kind */
const isFrame = (kind) => kind >= 0xC0 && kind <= 0xCF && !TABLES.includes(kind);


/** @param {number} bits @param {number} components */
function refuseColours(bits, components) {
  if (bits !== BITS) throw new Refused('colours', {kind: 'bits', count: bits});
  const kind = components === GREY ? 'grey' : components === CMYK ? 'cmyk' : 'components';
  if (components !== COMPONENTS) throw new Refused('colours', {kind, count: components});
}


/** µm/px of both directions. @param {Uint8Array} bytes @param {number} start */
function inJfif(bytes, start) {
  const {at16} = numbersOf(bytes), unit = bytes[start + 9], inch = unit === 1 ? INCH : INCH / 2.54;
  return unit === 1 || unit === 2 ? [inch / at16(start + 10), inch / at16(start + 12)] : null;
}


/** @param {number} kind @param {ArrayLike<number>} content */
function segment(kind, content) {
  const length = content.length + 2;
  return Uint8Array.of(FILL, kind, length >> 8, length & 255, ...Array.from(content));
}


/** @param {Uint8Array} bytes @param {string} word */
const begins = (bytes, word) => numbersOf(bytes).text(0, word.length) === word;
