// What readers said of a field: oneself, and others whose opinions came with a case.

import {tumourCells} from '../scorer/scores.js';
import {words} from '../words/en.js';
import {el, figures, section} from './made.js';
import {ownCounts, ownIndex} from './own.js';

/** @typedef {import('../values.js').Review} Review */


/** @param {Review} review */
export function ownOpinion(review) {
  const counted = ownCounts(review), kind = /** @type {[string, string]} */ ([words.result.ownKind[review.kind], words.tenths(ownIndex(review))]);
  return section(words.result.own, figures(counted ? [kind, [words.result.ownCells, words.number(tumourCells(counted))]] : [kind]));
}


/** The last of each reader, by their names. @param {Review[]} others */
export function othersOpinions(others) {
  return section(words.result.others, figures(lastOfEach(others).map(review => [review.by ?? '',
    el('span', {}, words.printed.reader(words.tenths(ownIndex(review)), review.blind), review.comment && el('small', {class: 'by'}, review.comment))])));
}


/** @param {Review[]} reviews from the first to the last @returns {Review[]} */
export function lastOfEach(reviews) { return [...new Map(reviews.map(review => [review.by, review])).values()]; }
