// What a PNG is made of: chunks, each with a name. Its packed pixels are never looked into.

import {bytesJoined, numbersOf} from './bytes.js';
import {Refused, damaged} from './refused.js';

/** @typedef {{name: string, start: number, end: number}} Chunk where it begins with its length and name, and where it ends with its sum */
/** @typedef {import('./header.js').Header} Header */

const SIGNATURE = '\x89PNG\r\n\x1a\n', HEAD = 8, SUM = 4; // bytes before and after what a chunk holds
const KEPT = ['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND'], LAST = 'IEND';
const OPTIONAL = 0x20; // in the first letter of a chunk's name: whoever does not know it may pass it over
const RGB = 2, PALETTE = 3, RGBA = 6, METRE = 1_000_000;


/** @param {Uint8Array} bytes */
export const isPng = (bytes) => numbersOf(bytes).text(0, SIGNATURE.length) === SIGNATURE;


/** Size and scale. @param {Uint8Array} bytes @returns {Header} */
export function pngHeader(bytes) {
  const {at32} = numbersOf(bytes);
  /** @type {Header} */
  const header = {kind: 'image/png', width: 0, height: 0, scales: []};
  for (const {name, start} of chunks(bytes)) {
    const at = start + HEAD;
    if (name === 'IHDR') {
      [header.width, header.height] = [at32(at), at32(at + 4)];
      refuseColours(bytes[at + 8], bytes[at + 9]);
    }
    if (name === 'acTL' && at32(at) > 1) throw new Refused('pages', {pages: at32(at)});
    if (name === 'pHYs' && bytes[at + 8] === 1) header.scales = [METRE / at32(at), METRE / at32(at + 4)];
    if (name === 'IDAT') return header;
  }
  throw damaged();
}


/** A PNG of nothing but its pixels. @param {Uint8Array} bytes */
export function strippedPng(bytes) {
  const pieces = [bytes.subarray(0, SIGNATURE.length)];
  for (const {name, start, end} of chunks(bytes)) if (KEPT.includes(name)) pieces.push(bytes.subarray(start, end));
  return bytesJoined(pieces);
}


/** Whether some of it may shine through. @param {Uint8Array} bytes */
export function mayBeTransparent(bytes) {
  for (const {name, start} of chunks(bytes)) {
    if (name === 'tRNS' || (name === 'IHDR' && bytes[start + HEAD + 9] === RGBA)) return true;
    if (name === 'IDAT') return false;
  }
  return false;
}


/** All up to the last. @param {Uint8Array} bytes @returns {Generator<Chunk>} */
function* chunks(bytes) {
  const {at32, text} = numbersOf(bytes);
  for (let at = SIGNATURE.length, name = ''; name !== LAST;) {
    const start = at;
    name = text(at + 4, 4);
    at += HEAD + at32(at) + SUM;
    if (!(at <= bytes.length) || (!KEPT.includes(name) && !(bytes[start + 4] & OPTIONAL))) throw damaged();
    yield {name, start, end: at};
  }
}


/** @param {number} bits @param {number} colours */
function refuseColours(bits, colours) {
  if (![RGB, PALETTE, RGBA].includes(colours)) throw new Refused('colours', {kind: bits === 1 ? 'twoTones' : bits === 16 ? 'bits' : 'grey', count: bits});
}
