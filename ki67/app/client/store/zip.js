// Zip files whose parts are not packed: pictures are so already. Written, and read again as far as they are so written.

import {Refused} from '../scorer/refused.js';

/** @typedef {{name: string, bytes: Uint8Array}} Part */

const PART = 0x04034b50, ENTRY = 0x02014b50, END = 0x06054b50;
const PART_LENGTH = 30, ENTRY_LENGTH = 46, END_LENGTH = 22;
const VERSION = 20, UTF8 = 0x0800, FIRST_DAY = 0x21;  // 1 January 1980: parts have no time of their own
const MOST_BYTES = 2 ** 32 - 1, MOST_PARTS = 2 ** 16 - 1;

const CRC = Uint32Array.from({length: 256}, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? rest >>> 1 ^ 0xedb88320 : rest >>> 1;
  return rest;
});


/** @param {Uint8Array} bytes */
export function crc32(bytes) {
  let rest = ~0;
  for (const byte of bytes) rest = rest >>> 8 ^ CRC[(rest ^ byte) & 255];
  return ~rest >>> 0;
}


/** One part after the other, so that not all need lie in memory. @param {AsyncIterable<Part>|Iterable<Part>} parts @returns {Promise<Blob>} */
export async function zipped(parts) {
  const entries = /** @type {Uint8Array[]} */ ([]), pieces = /** @type {Blob[]} */ ([]);
  let at = 0;
  for await (const {name, bytes} of parts) {
    const letters = new TextEncoder().encode(name), told = facts(letters, bytes);
    const piece = new Blob([laid([[PART, 4], ...told, [0, 2]]), letters, bytes]);
    entries.push(laid([[ENTRY, 4], [VERSION, 2], ...told, [0, 2], [0, 2], [0, 2], [0, 2], [0, 4], [at, 4]]), letters);
    pieces.push(piece);
    at += piece.size;
  }
  const list = new Blob(entries), count = pieces.length;
  if (at + list.size > MOST_BYTES || count > MOST_PARTS) throw new Refused('tooMuchForAFile');
  const end = laid([[END, 4], [0, 2], [0, 2], [count, 2], [count, 2], [list.size, 4], [at, 4], [0, 2]]);
  return new Blob([...pieces, list, end], {type: 'application/zip'});
}


/** What stands both before a part and in the list of all. @param {Uint8Array} letters @param {Uint8Array} bytes @returns {[number, number][]} */
function facts(letters, bytes) {
  const size = bytes.length;
  return [[VERSION, 2], [UTF8, 2], [0, 2], [0, 2], [FIRST_DAY, 2], [crc32(bytes), 4], [size, 4], [size, 4], [letters.length, 2]];
}


/** Numbers, the lowest byte first, each in so many bytes. @param {[value: number, length: number][]} numbers */
function laid(numbers) {
  return Uint8Array.from(numbers.flatMap(([value, length]) => Array.from({length}, (_, i) => value >>> 8 * i & 255)));
}


/** @param {Uint8Array} zip @returns {Part[]} */
export function unzipped(zip) {
  const view = new DataView(zip.buffer, zip.byteOffset, zip.byteLength), end = endOf(view);
  try {
    const parts = /** @type {Part[]} */ ([]), count = view.getUint16(end + 10, true);
    for (let i = 0, at = view.getUint32(end + 16, true); i < count; i++) {
      parts.push(partAt(zip, view, at));
      at += ENTRY_LENGTH + view.getUint16(at + 28, true) + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    }
    return parts;
  } catch (error) {
    throw error instanceof RangeError ? new Refused('cutFile') : error;  // read beyond its end
  }
}


/** Where the last record begins, behind which there may be a remark. @param {DataView} view */
function endOf(view) {
  for (let at = view.byteLength - END_LENGTH; at >= 0 && at > view.byteLength - END_LENGTH - MOST_PARTS; at--)
    if (view.getUint32(at, true) === END) return at;
  throw new Refused('notACaseFile');
}


/** @param {Uint8Array} zip @param {DataView} view @param {number} at of its entry @returns {Part} */
function partAt(zip, view, at) {
  if (view.getUint32(at, true) !== ENTRY) throw new Refused('cutFile');
  const packing = view.getUint16(at + 10, true), crc = view.getUint32(at + 16, true), size = view.getUint32(at + 20, true);
  const letters = view.getUint16(at + 28, true), part = view.getUint32(at + 42, true);
  if (packing !== 0) throw new Refused('packedFile');
  const start = part + PART_LENGTH + view.getUint16(part + 26, true) + view.getUint16(part + 28, true);
  const bytes = zip.subarray(start, start + size);
  if (bytes.length !== size || crc32(bytes) !== crc) throw new Refused('cutFile');
  return {name: new TextDecoder().decode(zip.subarray(at + ENTRY_LENGTH, at + ENTRY_LENGTH + letters)), bytes};
}
