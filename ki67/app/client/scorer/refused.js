// A picture that cannot be counted, and why.

/** @typedef {import('../values.js').Warning} Warning */


/** Its sentence is `words.refused[code](why)`. */
export class Refused extends Error {
  /** @param {string} code @param {Record<string, string|number>} [values] that the sentence tells */
  constructor(code, values = {}) {
    super(code);
    this.code = code;
    /** @type {Warning} */
    this.why = {code, ...values};
  }
}


/** Of a file that ends too early, or in which something stands that cannot. */
export const damaged = () => new Refused('damaged');
