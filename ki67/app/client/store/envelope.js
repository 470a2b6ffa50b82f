// What rows and pictures lie in. Without a passphrase they lie open.

import {Refused} from '../scorer/refused.js';

/** @typedef {{open: object}|{sealed: Uint8Array}} Body of a row */
/**
 * `place` is bound into what is sealed: nothing can be put into another's place.
 * @typedef {{
 *   lock: string|null,
 *   row: (row: object, place: string) => Promise<Body>, openRow: (body: Body, place: string) => Promise<any>,
 *   bytes: (bytes: Uint8Array, place: string) => Promise<Uint8Array>,
 *   openBytes: (bytes: Uint8Array, place: string) => Promise<Uint8Array>,
 * }} Envelope
 */

const MARK = new TextEncoder().encode('ki67 sealed\n');  // no picture begins so


/** @param {Uint8Array} bytes */
export function areSealed(bytes) { return MARK.every((each, i) => bytes[i] === each); }


/** @param {Uint8Array} sealed */
export function marked(sealed) {
  const whole = new Uint8Array(MARK.length + sealed.length);
  whole.set(MARK);
  whole.set(sealed, MARK.length);
  return whole;
}


/** @param {Uint8Array} whole */
export function unmarked(whole) { return whole.subarray(MARK.length); }


/** @type {Envelope} */
export const open = {
  lock: null,
  row: async row => ({open: row}),
  openRow: async body => {
    if ('sealed' in body) throw new Refused('reload');  // in another tab there is a passphrase by now
    return body.open;
  },
  bytes: async bytes => bytes,
  openBytes: async bytes => {
    if (areSealed(bytes)) throw new Refused('reload');
    return bytes;
  },
};
