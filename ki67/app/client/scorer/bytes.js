// Numbers and words within bytes.

export const INCH = 25_400; // in micrometres


/** Readers at a place; behind the end there are zeros. @param {Uint8Array} bytes @param {boolean} [little] the least byte first */
export function numbersOf(bytes, little = false) {
  const at16 = (/** @type {number} */ at) => little ? (bytes[at] | 0) + bytes[at + 1] * 256 : bytes[at] * 256 + (bytes[at + 1] | 0);
  const at32 = (/** @type {number} */ at) => little ? at16(at) + at16(at + 2) * 65536 : at16(at) * 65536 + at16(at + 2);
  const text = (/** @type {number} */ at, /** @type {number} */ length) => String.fromCharCode(...bytes.subarray(at, at + length));
  return {at16, at32, text};
}


/** One after the other. @param {Uint8Array[]} pieces */
export function bytesJoined(pieces) {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
