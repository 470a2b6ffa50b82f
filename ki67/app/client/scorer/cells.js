// Cells: points with a class and a confidence, in pixels of some frame.

/** @typedef {{xy: Float32Array, label: Uint8Array, confidence: Float32Array}} Cells */

export const POSITIVE = 1, NEGATIVE = 2, TIL = 3;
export const LABELS = [POSITIVE, NEGATIVE, TIL];


/** @param {[x: number, y: number, label: number, confidence: number][]} rows @returns {Cells} */
export function cellsOf(rows) {
  return {
    xy: Float32Array.from(rows.flatMap(([x, y]) => [x, y])),
    label: Uint8Array.from(rows, (row) => row[2]),
    confidence: Float32Array.from(rows, (row) => row[3]),
  };
}


/** Those cells that are chosen. @param {Cells} cells @param {(cell: number) => boolean} chosen @returns {Cells} */
export function where(cells, chosen) {
  const stay = [...cells.label.keys()].filter(chosen);
  return {
    xy: Float32Array.from(stay.flatMap((cell) => [cells.xy[2 * cell], cells.xy[2 * cell + 1]])),
    label: Uint8Array.from(stay, (cell) => cells.label[cell]),
    confidence: Float32Array.from(stay, (cell) => cells.confidence[cell]),
  };
}


/** All cells of parts that share one frame, in their order. @param {Cells[]} parts @returns {Cells} */
export function joined(parts) {
  return {
    xy: Float32Array.from(parts.flatMap((part) => [...part.xy])),
    label: Uint8Array.from(parts.flatMap((part) => [...part.label])),
    confidence: Float32Array.from(parts.flatMap((part) => [...part.confidence])),
  };
}


/** The same cells where x and y are multiplied and then moved. @param {Cells} cells @param {[number, number]} factors @param {[number, number]} by */
export function placed(cells, factors, by) {
  return {...cells, xy: cells.xy.map((value, i) => Math.fround(value * Math.fround(factors[i % 2])) + by[i % 2])};
}
