// At which scale a picture is counted, and how large it is there.

import {Refused} from './refused.js';
import {sizeAt} from './resize.js';

/** @typedef {import('../values.js').Rect} Rect @typedef {import('./resize.js').Size} Size */
/** @typedef {{umPerPx: number, fieldUmPerPx: number, field: number}} Facts of the network: its own scale, and that of its published fields */
/** @typedef {{least: number, coarsest: number}} Rules */
/** @typedef {{umPerPx: number, known: boolean}} Scale */

const MOST_PIXELS = 16_000_000; // at the network's scale: a picture that is blown up beyond these holds no more


/**
 * What a person says, what all published fields have, what the file tells; for want of these the scale of training.
 * @param {number|null} asked @param {Size} size @param {number|null} told @param {Facts} facts @returns {Scale}
 */
export function scaleOf(asked, {width, height}, told, {fieldUmPerPx, field}) {
  const published = width === field && height === field ? fieldUmPerPx : null;
  const umPerPx = asked ?? published ?? told;
  return {umPerPx: umPerPx ?? fieldUmPerPx, known: umPerPx !== null};
}


/** The size at the network's scale, or why it cannot be counted. @param {Size} size @param {number} umPerPx @param {Facts} facts @param {Rules} rules */
export function checkedSize({width, height}, umPerPx, {umPerPx: network}, {least, coarsest}) {
  if (!(umPerPx > 0 && umPerPx < Infinity)) throw new Refused('noScale', {umPerPx});
  if (umPerPx > coarsest * network) throw new Refused('tooCoarse', {umPerPx, times: coarsest, network: Number(network.toPrecision(3))});
  const size = sizeAt({width, height}, umPerPx, network);
  if (Math.min(size.width, size.height) < least) throw new Refused('tooSmall', {width, height, umPerPx, least: Math.round(least * network)});
  if (size.width * size.height > MOST_PIXELS) throw new Refused('tooLarge', {...size, most: MOST_PIXELS});
  return size;
}


/**
 * By how much a JPEG is reduced while it is decoded, as Python does it: its own transform gives that for less.
 * @param {{kind: string, width: number, height: number}} header @param {number} reduction @param {{halves: number, atOnce: number}} rules
 */
export function shrinkOf({kind, width, height}, reduction, {halves, atOnce}) {
  const even = width % 2 === 0 && height % 2 === 0;
  return kind === 'image/jpeg' && even && width * height <= atOnce && reduction >= halves ? 2 : 1;
}


/** A part of a picture in whole pixels, or all of it. @param {Rect|null} square @param {Size} size @returns {Rect} */
export function partOf(square, {width, height}) {
  if (!square) return {x: 0, y: 0, width, height};
  const x = within(square.x, width - 1), y = within(square.y, height - 1);
  return {x, y, width: Math.max(within(square.x + square.width, width) - x, 1), height: Math.max(within(square.y + square.height, height) - y, 1)};
}


/** @param {number} value @param {number} most */
const within = (value, most) => Math.min(Math.max(Math.round(value), 0), most);
