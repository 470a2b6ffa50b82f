// What goes wrong, as a kind with its figures: the screens find its sentence.

/** @typedef {import('../values.js').Warning} Warning */
/** How a thread tells the page of an error: as such it would not arrive as what it is. @typedef {{why?: Warning, failed?: Warning}} Told */


/** Its sentence is `words.refused[code](why)`. */
export class Known extends Error {
  /** @param {string} code @param {Record<string, string|number>} [values] that the sentence tells */
  constructor(code, values = {}) {
    super(code);
    this.code = code;
    /** @type {Warning} */
    this.why = {code, ...values};
  }
}


/** What was given cannot be taken: another picture or file may be. */
export class Refused extends Known {}


/** This page or its browser cannot, whatever is given. */
export class Broken extends Known {}


/** Of a file that ends too early, or in which something stands that cannot. */
export const damaged = () => new Refused('damaged');


/** In a thread: what it tells of an error. @param {unknown} error @returns {Told} */
export function told(error) {
  if (error instanceof Refused) return {why: error.why};
  return {failed: error instanceof Broken ? error.why : {code: 'unforeseen', line: String(error)}};
}


/** On the page: the error that a thread told of. @param {Told} told @returns {Known} */
export function heard({why, failed = {code: 'unforeseen'}}) { return why ? new Refused(why.code, why) : new Broken(failed.code, failed); }
