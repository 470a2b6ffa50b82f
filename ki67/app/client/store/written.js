// Rows as text and back: JSON, in which cells are plain lists of numbers.

/** @typedef {import('../values.js').Cells} Cells */


/** @param {unknown} row */
export function written(row) { return JSON.stringify(row, (_, value) => ArrayBuffer.isView(value) ? [.../** @type {any} */ (value)] : value); }


/** @param {string} text @returns {any} */
export function read(text) { return JSON.parse(text, (name, value) => name === 'cells' && value?.xy ? cellsOf(value) : value); }


/** @param {{xy: number[], label: number[], confidence: number[]}} lists @returns {Cells} */
function cellsOf({xy, label, confidence}) {
  return {xy: Float32Array.from(xy), label: Uint8Array.from(label), confidence: Float32Array.from(confidence)};
}
