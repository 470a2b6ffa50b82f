// Cells as QuPath opens them over their picture, in the very text of Python's `Cells.to_geojson`; and back.

import {fixed, roundedFloat} from './numbers.js';
import {NEGATIVE, POSITIVE, TIL, cellsOf} from '../scorer/cells.js';
import {uuid5} from '../store/hashes.js';

/** @typedef {import('../values.js').Cells} Cells */
/** `detection`: found by a network; `annotation`: drawn by somebody. @typedef {'detection'|'annotation'} Kind */

/** QuPath computes its own positive percentage from classes that bear exactly the first two names. @type {{[label: number]: [string, number[]]}} */
const CLASSES = {[POSITIVE]: ['Positive', [213, 94, 0]], [NEGATIVE]: ['Negative', [0, 114, 178]], [TIL]: ['TIL', [0, 158, 115]]};


/** The same cells of a picture get the same ids every time. @param {Cells} cells @param {string} image @param {Kind} kind */
export async function geojson({xy, label, confidence}, image, kind) {
  const features = await Promise.all([...label].map((each, i) => feature(`${image}/${i}`, xy[2 * i], xy[2 * i + 1], each, confidence[i], kind)));
  return `{"type": "FeatureCollection", "features": [${features.map((each, i) => `${i ? ',' : ''}\n${each}`).join('')}\n]}\n`;
}


/** The cells of such a text, as a service gives it. @param {{features: any[]}} collection @returns {Cells} */
export function cellsIn({features}) {
  const labels = new Map(Object.entries(CLASSES).map(([label, [name]]) => [name, Number(label)]));
  return cellsOf(features.map(({geometry: {coordinates: [x, y]}, properties: {classification, measurements}}) =>
    [x, y, labels.get(classification.name) ?? TIL, measurements.confidence]));
}


/** @param {string} key @param {number} x @param {number} y @param {number} label @param {number} confidence @param {Kind} kind */
async function feature(key, x, y, label, confidence, kind) {
  const [name, colour] = CLASSES[label], id = await uuid5(`ki67/${key}/${name}/${fixed(x, 2)}/${fixed(y, 2)}`);
  return `{"type": "Feature", "id": "${id}", `
    + `"geometry": {"type": "Point", "coordinates": [${roundedFloat(x, 2)}, ${roundedFloat(y, 2)}]}, `
    + `"properties": {"objectType": "${kind}", "classification": {"name": "${name}", "color": [${colour.join(', ')}]}, `
    + `"measurements": {"confidence": ${roundedFloat(confidence, 3)}}}}`;
}
