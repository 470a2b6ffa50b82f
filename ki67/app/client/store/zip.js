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


/** A zip file opened: what its parts are called, and their bytes when they are asked for. @typedef {{names: string[], read: (name: string) => Promise<Uint8Array>}} Opened */

/** @param {Blob} file @returns {Promise<Opened>} */
export async function opened(file) {
  const tail = await viewOf(file.slice(-END_LENGTH - MOST_PARTS)), end = endOf(tail);
  const first = tail.getUint32(end + 16, true), list = await viewOf(file.slice(first, first + tail.getUint32(end + 12, true)));
  const entries = new Map(within(() => entriesIn(list, tail.getUint16(end + 10, true))));
  return {names: [...entries.keys()], read: async name => partOf(file, entries.get(name))};
}


/** Where the last record begins, behind which there may be a remark. @param {DataView} view */
function endOf(view) {
  for (let at = view.byteLength - END_LENGTH; at >= 0; at--) if (view.getUint32(at, true) === END) return at;
  throw new Refused('notACaseFile');
}


/** @typedef {{crc: number, size: number, at: number}} Entry */

/** @param {DataView} list @param {number} count @returns {[string, Entry][]} */
function entriesIn(list, count) {
  const found = /** @type {[string, Entry][]} */ ([]);
  for (let i = 0, at = 0; i < count; i++) {
    if (list.getUint32(at, true) !== ENTRY) throw new Refused('cutFile');
    if (list.getUint16(at + 10, true) !== 0) throw new Refused('packedFile');
    const letters = list.getUint16(at + 28, true), name = new Uint8Array(list.buffer, list.byteOffset + at + ENTRY_LENGTH, letters);
    const entry = {crc: list.getUint32(at + 16, true), size: list.getUint32(at + 20, true), at: list.getUint32(at + 42, true)};
    found.push([new TextDecoder().decode(name), entry]);
    at += ENTRY_LENGTH + letters + list.getUint16(at + 30, true) + list.getUint16(at + 32, true);
  }
  return found;
}


/** @param {Blob} file @param {Entry|undefined} entry */
async function partOf(file, entry) {
  if (!entry) throw new Refused('cutFile');
  const head = await viewOf(file.slice(entry.at, entry.at + PART_LENGTH));
  const start = entry.at + PART_LENGTH + within(() => head.getUint16(26, true) + head.getUint16(28, true));
  const bytes = new Uint8Array(await file.slice(start, start + entry.size).arrayBuffer());
  if (bytes.length !== entry.size || crc32(bytes) !== entry.crc) throw new Refused('cutFile');
  return bytes;
}


/** What reads beyond the end reads of a file that was cut. @template T @param {() => T} read @returns {T} */
function within(read) {
  try {
    return read();
  } catch (error) {
    throw error instanceof RangeError ? new Refused('cutFile') : error;
  }
}


/** @param {Blob} part */
async function viewOf(part) { return new DataView(await part.arrayBuffer()); }
