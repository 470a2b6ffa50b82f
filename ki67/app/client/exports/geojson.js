// Cells as QuPath opens them over their picture, in the very text of Python's `Cells.to_geojson`.

import {fixed, roundedFloat} from './numbers.js';
import {NEGATIVE, POSITIVE, TIL} from '../scorer/cells.js';
import {bytesJoined} from '../scorer/bytes.js';

/** @typedef {import('../values.js').Cells} Cells */
/** `detection`: found by a network; `annotation`: drawn by somebody. @typedef {'detection'|'annotation'} Kind */

/** QuPath computes its own positive percentage from classes that bear exactly the first two names. @type {{[label: number]: [string, number[]]}} */
const CLASSES = {[POSITIVE]: ['Positive', [213, 94, 0]], [NEGATIVE]: ['Negative', [0, 114, 178]], [TIL]: ['TIL', [0, 158, 115]]};
const NAMESPACE_URL = '6ba7b8119dad11d180b400c04fd430c8';


/** The same cells of a picture get the same ids every time. @param {Cells} cells @param {string} image @param {Kind} kind */
export async function geojson({xy, label, confidence}, image, kind) {
  const features = await Promise.all([...label].map((each, i) => feature(`${image}/${i}`, xy[2 * i], xy[2 * i + 1], each, confidence[i], kind)));
  return `{"type": "FeatureCollection", "features": [${features.map((each, i) => `${i ? ',' : ''}\n${each}`).join('')}\n]}\n`;
}


/** @param {string} key @param {number} x @param {number} y @param {number} label @param {number} confidence @param {Kind} kind */
async function feature(key, x, y, label, confidence, kind) {
  const [name, colour] = CLASSES[label], id = await uuid5(`ki67/${key}/${name}/${fixed(x, 2)}/${fixed(y, 2)}`);
  return `{"type": "Feature", "id": "${id}", `
    + `"geometry": {"type": "Point", "coordinates": [${roundedFloat(x, 2)}, ${roundedFloat(y, 2)}]}, `
    + `"properties": {"objectType": "${kind}", "classification": {"name": "${name}", "color": [${colour.join(', ')}]}, `
    + `"measurements": {"confidence": ${roundedFloat(confidence, 3)}}}}`;
}


/** An id that follows from a name (RFC 9562, version 5). @param {string} name */
async function uuid5(name) {
  const space = Uint8Array.from(NAMESPACE_URL.match(/../g) ?? [], byte => parseInt(byte, 16));
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-1', bytesJoined([space, new TextEncoder().encode(name)]))).slice(0, 16);
  hash[6] = hash[6] & 0x0f | 0x50;
  hash[8] = hash[8] & 0x3f | 0x80;
  return uuidOf(hash);
}


/** @param {Uint8Array} bytes */
export function uuidOf(bytes) {
  const digits = [...bytes].map(byte => byte.toString(16).padStart(2, '0')).join('');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
