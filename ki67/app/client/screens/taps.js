// Two marks on a picture, put down by a finger, a mouse or arrow keys, and a loupe that shows what the finger hides.

import {words} from '../words/en.js';
import {el} from './made.js';
import {shown} from './thumbnail.js';

/** @typedef {import('../camera/micrometer.js').Point} Point @typedef {{blob: Blob, width: number, height: number}} Photograph */

const SIDE = 132, TIMES = 3;       // of the loupe: pixels of the page, and screen pixels a picture's pixel
/** @type {{[key: string]: [number, number]}} */
const ARROWS = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};


/**
 * @param {Photograph} photo @param {(which: number) => void} onMove @param {(which: number) => unknown} onDown when a mark was put down
 */
export function twoTaps(photo, onMove, onDown) {
  const {image, release} = shown(photo.blob, words.scale.alt);
  const loupe = el('canvas', {class: 'loupe', width: SIDE, height: SIDE, hidden: true, 'aria-hidden': 'true'});
  const points = [{x: photo.width * 0.3, y: photo.height / 2}, {x: photo.width * 0.7, y: photo.height / 2}];
  const place = (/** @type {number} */ which, /** @type {Point} */ {x, y}) => {
    points[which] = {x: Math.min(Math.max(x, 0), photo.width - 1), y: Math.min(Math.max(y, 0), photo.height - 1)};
    marks[which].style.left = `${100 * (points[which].x + 0.5) / photo.width}%`;
    marks[which].style.top = `${100 * (points[which].y + 0.5) / photo.height}%`;
    look(loupe, image, points[which], points[which].x < photo.width / 2);
  };
  const move = (/** @type {number} */ which, /** @type {Point} */ to) => {
    place(which, to);
    onMove(which);
  };
  const marks = points.map((_, which) => mark(words.scale.mark(which + 1), (dx, dy) => move(which, {x: points[which].x + dx, y: points[which].y + dy})));
  const stage = el('div', {class: 'plate taps'}, image, ...marks, loupe);
  const where = (/** @type {PointerEvent} */ event) => {
    const {left, top, width} = image.getBoundingClientRect(), times = photo.width / width;
    return {x: (event.clientX - left) * times, y: (event.clientY - top) * times};
  };
  stage.onpointerdown = down => {
    const from = where(down), which = nearest(points, from);
    down.preventDefault();
    marks[which].focus();
    stage.setPointerCapture(down.pointerId);
    loupe.hidden = false;
    move(which, from);
    stage.onpointermove = event => move(which, where(event));
    stage.onpointerup = stage.onpointercancel = () => {
      stage.onpointermove = stage.onpointerup = stage.onpointercancel = null;
      loupe.hidden = true;
      onDown(which);
    };
  };
  points.forEach((point, which) => place(which, point));
  return {stage, points, move, release};
}


/** @param {string} label @param {(dx: number, dy: number) => void} push */
function mark(label, push) {
  const made = el('button', {type: 'button', class: 'mark', 'aria-label': label});
  made.onkeydown = event => {
    const arrow = ARROWS[event.key], step = event.shiftKey ? 20 : 1;
    if (!arrow) return;
    event.preventDefault();
    push(arrow[0] * step, arrow[1] * step);
  };
  return made;
}


/** @param {Point[]} points @param {Point} to */
function nearest(points, to) {
  const far = points.map(({x, y}) => Math.hypot(x - to.x, y - to.y));
  return far[0] <= far[1] ? 0 : 1;
}


/**
 * What lies about a point, large, with a cross; in the corner that is away from it.
 * @param {HTMLCanvasElement} loupe @param {HTMLImageElement} image @param {Point} point @param {boolean} right
 */
function look(loupe, image, {x, y}, right) {
  loupe.classList.toggle('right', right);
  const context = loupe.getContext('2d'), seen = SIDE / TIMES;
  if (!context || !image.complete) return;
  context.clearRect(0, 0, SIDE, SIDE);
  context.drawImage(image, x - seen / 2, y - seen / 2, seen, seen, 0, 0, SIDE, SIDE);
  context.strokeStyle = '#d55e00';
  context.strokeRect(SIDE / 2, 0, 0, SIDE);
  context.strokeRect(0, SIDE / 2, SIDE, 0);
}
