// The part of a picture that is looked at, over the picture: moved and sized by finger, mouse or arrow keys.

import {words} from '../words/en.js';
import {el} from './made.js';

/** @typedef {import('../values.js').Rect} Rect @typedef {{width: number, height: number}} Size */
/** @typedef {(rect: Rect, dx: number, dy: number) => Rect} Change */

const LEAST = 64;         // pixels of the picture
const STEP = 0.01;        // of the picture's width that an arrow key moves; with shift ten times that
/** @type {{[key: string]: [number, number]}} */
const ARROWS = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};


/**
 * @param {Size} picture in whose pixels all is said @param {Rect} start @param {(rect: Rect) => void} onChange when a hand lets go
 */
export function squareOver(picture, start, onChange) {
  let rect = start;
  const place = (/** @type {Rect} */ next) => {
    rect = next;
    Object.assign(frame.style, {
      left: `${100 * rect.x / picture.width}%`, top: `${100 * rect.y / picture.height}%`,
      width: `${100 * rect.width / picture.width}%`, height: `${100 * rect.height / picture.height}%`,
    });
  };
  const handle = (/** @type {string} */ name, /** @type {string} */ label, /** @type {Change} */ change) => {
    const made = el('button', {type: 'button', class: name, 'aria-label': label});
    made.onpointerdown = event => drag(made, event, frame, picture, (dx, dy, from) => place(change(from, dx, dy)), () => rect, () => onChange(rect));
    made.onkeydown = event => {
      const arrow = ARROWS[event.key], step = picture.width * STEP * (event.shiftKey ? 10 : 1);
      if (!arrow) return;
      event.preventDefault();
      place(change(rect, Math.round(arrow[0] * step), Math.round(arrow[1] * step)));
      onChange(rect);
    };
    return made;
  };
  const frame = el('div', {class: 'square'}, handle('mover', words.preview.move, (from, dx, dy) => moved(from, dx, dy, picture)),
    handle('corner', words.preview.resize, (from, dx, dy) => sized(from, dx, dy, picture)));
  place(rect);
  return {frame, place};
}


/**
 * @param {HTMLElement} handle @param {PointerEvent} down @param {HTMLElement} frame @param {Size} picture
 * @param {(dx: number, dy: number, from: Rect) => void} move @param {() => Rect} now @param {() => void} end
 */
function drag(handle, down, frame, picture, move, now, end) {
  const from = now(), times = picture.width / (frame.parentElement?.clientWidth || picture.width);
  handle.setPointerCapture(down.pointerId);
  handle.onpointermove = event => move(Math.round((event.clientX - down.clientX) * times), Math.round((event.clientY - down.clientY) * times), from);
  handle.onpointerup = handle.onpointercancel = () => {
    handle.onpointermove = handle.onpointerup = handle.onpointercancel = null;
    end();
  };
}


/** @param {Rect} from @param {number} dx @param {number} dy @param {Size} picture @returns {Rect} */
function moved(from, dx, dy, picture) {
  return {...from, x: within(from.x + dx, 0, picture.width - from.width), y: within(from.y + dy, 0, picture.height - from.height)};
}


/** @param {Rect} from @param {number} dx @param {number} dy @param {Size} picture @returns {Rect} */
function sized(from, dx, dy, picture) {
  return {...from, width: within(from.width + dx, LEAST, picture.width - from.x), height: within(from.height + dy, LEAST, picture.height - from.y)};
}


/** @param {number} value @param {number} least @param {number} most */
function within(value, least, most) { return Math.min(Math.max(value, least), most); }
