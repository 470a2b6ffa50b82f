// Where a picture lies on the screen: a point of the screen is a point of the picture × scale + (x, y), in CSS pixels.

/** @typedef {{scale: number, x: number, y: number}} View */
/** @typedef {{x: number, y: number}} Point */
/** @typedef {{width: number, height: number}} Size */
/** @typedef {import('../values.js').Rect} Rect */

export const LARGEST = 12; // a pixel of the picture becomes no larger

/** The whole picture, in the middle. @param {Size} picture @param {Size} screen @returns {View} */
export function fitted(picture, screen) {
  const scale = Math.min(screen.width / picture.width, screen.height / picture.height);
  return {scale, x: (screen.width - picture.width * scale) / 2, y: (screen.height - picture.height * scale) / 2};
}


/** @param {View} view @param {Point} by @returns {View} */
export function moved(view, by) { return {...view, x: view.x + by.x, y: view.y + by.y}; }


/** What lies under a point stays under it. @param {View} view @param {number} factor @param {Point} at @returns {View} */
export function zoomed(view, factor, at) {
  return {scale: view.scale * factor, x: at.x + (view.x - at.x) * factor, y: at.y + (view.y - at.y) * factor};
}


/** What lay under two fingers lies under them again; nothing turns. @param {View} view @param {Point[]} before @param {Point[]} after */
export function pinched(view, before, after) {
  const [from, to] = [before, after].map(middle);
  const factor = apart(after) / Math.max(apart(before), 1);
  return moved(zoomed(view, factor, from), {x: to.x - from.x, y: to.y - from.y});
}


/**
 * The nearest view in which the picture is neither lost nor smaller than the screen lets it be.
 * @param {View} view @param {Size} picture @param {Size} screen @returns {View}
 */
export function kept(view, picture, screen) {
  const whole = fitted(picture, screen).scale;
  const scale = Math.min(Math.max(view.scale, whole), Math.max(LARGEST, whole));
  const {x, y} = zoomed(view, scale / view.scale, {x: screen.width / 2, y: screen.height / 2});
  return {scale, x: inside(x, picture.width * scale, screen.width), y: inside(y, picture.height * scale, screen.height)};
}


/** @param {View} view @param {Point} point of the screen @returns {Point} of the picture */
export function toPicture(view, point) { return {x: (point.x - view.x) / view.scale, y: (point.y - view.y) / view.scale}; }


/** @param {View} view @param {Point} point of the picture @returns {Point} of the screen */
export function toScreen(view, point) { return {x: point.x * view.scale + view.x, y: point.y * view.scale + view.y}; }


/** The part of the picture's plane that the screen shows. @param {View} view @param {Size} screen @returns {Rect} */
export function seen(view, screen) {
  return {...toPicture(view, {x: 0, y: 0}), width: screen.width / view.scale, height: screen.height / view.scale};
}


/** The nearest view in which a point is on the screen and not at its very edge. @param {View} view @param {Point} point of the picture @param {Size} screen */
export function reaching(view, point, screen) {
  const {x, y} = toScreen(view, point), edge = Math.min(screen.width, screen.height) / 6;
  const into = (/** @type {number} */ at, /** @type {number} */ length) => Math.min(Math.max(at, edge), length - edge) - at;
  return moved(view, {x: into(x, screen.width), y: into(y, screen.height)});
}


/** Where a picture's edge lies: in the middle if it is shorter than the screen, else with no gap. @param {number} at @param {number} length @param {number} room */
function inside(at, length, room) {
  return length <= room ? (room - length) / 2 : Math.min(0, Math.max(room - length, at));
}


/** @param {Point[]} points @returns {Point} */
function middle([a, b]) { return {x: (a.x + b.x) / 2, y: (a.y + b.y) / 2}; }


/** @param {Point[]} points */
function apart([a, b]) { return Math.hypot(a.x - b.x, a.y - b.y); }
