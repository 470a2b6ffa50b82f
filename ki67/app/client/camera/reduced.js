// Part of a picture, smaller, for a quick look at it. It is made by a thread of its own, so that the page never stands still.

import {heard} from '../scorer/refused.js';

/** @typedef {import('../values.js').Rect} Rect @typedef {import('../scorer/resize.js').Picture} Pixels */
/** @typedef {{pixels?: Pixels} & import('../scorer/refused.js').Told} Answer */

/** @type {Worker|null} */
let reducer = null;


/** @param {Blob} blob as it is kept @param {Rect} part @param {{width: number, height: number}} size @returns {Promise<Pixels>} */
export function smaller(blob, part, size) {
  const {port1, port2} = new MessageChannel();
  reducer ??= new Worker(new URL('reducer.js', import.meta.url), {type: 'module'});
  reducer.postMessage({blob, part, size}, [port2]);
  return new Promise((done, failed) => {
    port1.onmessage = ({data: {pixels, ...told}}) => {
      port1.close();
      if (pixels) done(pixels);
      else failed(heard(told));
    };
  });
}


/** The size of a part whose longer side has at most so many pixels; never larger than it is. @param {Rect} part @param {number} most */
export function fitting({width, height}, most) {
  const times = Math.min(1, most / Math.max(width, height));
  return {width: Math.max(1, Math.round(width * times)), height: Math.max(1, Math.round(height * times))};
}


/** All of a picture. @param {{width: number, height: number}} picture @returns {Rect} */
export function whole({width, height}) { return {x: 0, y: 0, width, height}; }
