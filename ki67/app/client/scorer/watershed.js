// A mask cut into regions, one a peak of its distances: pixel for pixel the regions of scikit-image.

/** @typedef {import('./distance.js').Plane} Plane */


/**
 * Peaks, the highest first, of equal ones the first in reading order; none as near to a higher one as `apart`.
 * @param {Plane} plane @param {number} apart @returns {number[]}
 */
export function peaks(plane, apart) {
  const {data, width} = plane, found = [];
  for (let at = 0; at < data.length; at++) if (data[at] && isHighest(plane, at, apart)) found.push(at);
  found.sort((one, other) => data[other] - data[one] || one - other);
  /** @type {number[]} */
  const stay = [], taken = new Uint8Array(data.length);
  for (const at of found) {
    if (taken[at]) continue;
    stay.push(at);
    everyAround(plane, at, apart - 1, (near) => (taken[near] = 1) > 0);
  }
  return stay;
}


/** @param {Plane} plane @param {number} at @param {number} reach */
function isHighest(plane, at, reach) {
  const {data} = plane;
  return everyAround(plane, at, 1, (near) => data[near] <= data[at]) && everyAround(plane, at, reach, (near) => data[near] <= data[at]);
}


/** Whether something holds for each pixel of a square. @param {Plane} plane @param {number} at @param {number} reach @param {(near: number) => boolean} holds */
function everyAround({width, height}, at, reach, holds) {
  const x = at % width, y = (at - x) / width, right = Math.min(x + reach, width - 1), bottom = Math.min(y + reach, height - 1);
  for (let row = Math.max(y - reach, 0); row <= bottom; row++)
    for (let near = row * width + Math.max(x - reach, 0); near <= row * width + right; near++) if (!holds(near)) return false;
  return true;
}


/**
 * Regions by number, from 1 on in the order of the peaks, flooded from the peaks down; 0 elsewhere.
 * @param {Plane} plane @param {number[]} starts @returns {Plane}
 */
export function flooded(plane, starts) {
  const {data, width, height} = plane, regions = {data: new Int32Array(data.length), width, height};
  const queue = new Queue(data.length);
  [...starts].sort((one, other) => one - other).forEach((at) => queue.push(-data[at], 0, at));
  starts.forEach((at, number) => { regions.data[at] = number + 1; });
  const neighbours = [-width, -1, 1, width];
  for (let age = 1, at = queue.pop(); at >= 0; at = queue.pop())
    for (const step of neighbours) {
      const near = at + step;
      if (!data[near] || regions.data[near]) continue;
      regions.data[near] = regions.data[at];
      queue.push(Math.max(-data[near], queue.values[at]), ++age, near); // water does not flow down again
    }
  return regions;
}


/** Pixels by value, of equal ones the older first. Which of two of one age is first depends on how it is built: as in scikit-image. */
class Queue {
  /** @param {number} room */
  constructor(room) {
    this.heap = new Int32Array(room);
    this.values = new Int32Array(room);
    this.ages = new Int32Array(room);
    this.size = 0;
  }

  /** @param {number} value @param {number} age @param {number} pixel */
  push(value, age, pixel) {
    this.values[pixel] = value;
    this.ages[pixel] = age;
    let child = this.size++;
    this.heap[child] = pixel;
    for (let parent = (child - 1) >> 1; child && this.#before(child, parent); parent = (child - 1) >> 1) {
      this.#swap(child, parent);
      child = parent;
    }
  }

  /** The first pixel, −1 where there is none left. */
  pop() {
    if (!this.size) return -1;
    const first = this.heap[0];
    this.heap[0] = this.heap[--this.size];
    for (let parent = 0; ;) {
      const left = 2 * parent + 1, right = left + 1;
      let least = parent;
      if (left < this.size && this.#before(left, least)) least = left;
      if (right < this.size && this.#before(right, least)) least = right;
      if (least === parent) return first;
      this.#swap(parent, least);
      parent = least;
    }
  }

  /** @param {number} one @param {number} other */
  #before(one, other) {
    const a = this.heap[one], b = this.heap[other];
    return this.values[a] === this.values[b] ? this.ages[a] < this.ages[b] : this.values[a] < this.values[b];
  }

  /** @param {number} one @param {number} other */
  #swap(one, other) {
    const kept = this.heap[one];
    this.heap[one] = this.heap[other];
    this.heap[other] = kept;
  }
}
