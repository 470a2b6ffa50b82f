// The sentences of what was refused and of what to know about a count.

import {words} from '../words/en.js';

/** @typedef {import('../values.js').Warning} Warning @typedef {{[code: string]: (values: Warning) => string}} Sentences */


/** @param {Warning} why */
export function refusal(why) { return sentence(words.refused, why); }


/** @param {Warning} warning */
export function caution(warning) { return sentence(words.warnings, warning); }


/** A code of a later version has no sentence here; it is told as it is. @param {Sentences} sentences @param {Warning} told */
function sentence(sentences, told) { return sentences[told.code]?.(told) ?? told.code; }
