// One page for paper, or for PDF by the browser's own print: the pictures with their rings, the index, what to know of it.

import {countedFields} from './content.js';
import {drawn} from './drawn.js';
import {pooled} from '../scorer/result.js';
import {cellsSoFar, indexShown} from '../screens/index_bar.js';
import {el, figures as pairs} from '../screens/made.js';
import {lastOfEach} from '../screens/opinions.js';
import {ownIndex} from '../screens/own.js';
import {caution} from '../screens/told.js';
import {words} from '../words/en.js';

/** @typedef {import('./content.js').Content} Content */
/** @typedef {import('./content.js').Field & {result: import('../values.js').Result}} Counted */
/** @typedef {import('../store/device.js').Store} Store */

const LONGEST = 1200;  // pixels of a picture's side: sharp on a page


/** Opens the browser's print; what is on the screen stays. @param {Content} content @param {Store} store @param {string} trainedOn */
export async function print(content, store, trainedOn) {
  const page = await printed(content, store, trainedOn);
  document.body.append(page);
  addEventListener('afterprint', () => page.remove(), {once: true});
  globalThis.print();
}


/** @param {Content} content @param {Store} store @param {string} trainedOn */
export async function printed(content, store, trainedOn) {
  const fields = countedFields(content), head = el('header', {},
    el('h1', {}, words.printed.title, ' · ', content.case.name), el('p', {}, words.printed.day(Date.now()), ' · ', words.app.researchUse));
  if (!fields.length) return el('article', {class: 'printed'}, head, el('p', {}, words.printed.nothing));
  const pictures = el('div', {class: `pictures ${fields.length > 1 ? 'several' : ''}`}, ...await drawings(fields, store));
  const networks = [...new Set(fields.map(({result}) => result.network))];
  return el('article', {class: 'printed'}, head, summary(content, fields), pictures, table(content, fields),
    el('footer', {}, el('p', {}, words.printed.key, ' ', words.printed.by(networks, trainedOn)), el('p', {}, words.app.researchUse)));
}


/** @param {Counted[]} fields @param {Store} store */
async function drawings(fields, store) {
  const made = [];
  for (const {number, picture, result} of fields) {
    const canvas = await drawn(await store.pixels(picture.id), result.cells, result.umPerPx, LONGEST);
    canvas.setAttribute('role', 'img');
    canvas.setAttribute('aria-label', words.printed.alt(number));
    made.push(el('figure', {}, canvas, el('figcaption', {}, `${words.printed.field} ${number}`)));
  }
  return made;
}


/** Of the case, by both pairs of cut-offs. @param {Content} content @param {Counted[]} fields */
function summary({case: {cutOffs}}, fields) {
  const results = fields.map(({result}) => result), all = pooled(results, cutOffs);
  const [paper, consensus] = /** @type {const} */ (['paper', 'consensus']).map(each => pooled(results, each).category);
  return el('section', {}, indexShown(all, cutOffs), paper && consensus && el('p', {}, words.printed.categories(words.result.category[paper], words.result.category[consensus])),
    cellsSoFar(all), pairs([
      [words.result.positive, words.number(all.nPositive)], [words.result.negative, words.number(all.nNegative)], [words.result.til, words.number(all.nTil)]]));
}


/** A row a field. @param {Content} content @param {Counted[]} fields */
function table({case: {cutOffs}, reader}, fields) {
  const heads = [words.printed.field, words.printed.index, words.printed.cells, words.printed.scale, words.printed.opinion, words.printed.warnings];
  const rows = fields.map(({number, result, reviews, others}) => {
    const {index, nPositive, nNegative} = pooled([result], cutOffs), own = reviews.slice(-1);
    const said = [...own, ...lastOfEach(others)].map(each => words.printed.readerOf(each.by ?? reader, words.tenths(ownIndex(each)), each.blind)).join('; ') || '–';
    return [String(number), words.tenths(index), words.number(nPositive + nNegative), words.result.scale(result.umPerPx, result.scaleKnown),
      said, result.warnings.map(caution).join('; ') || '–'];
  });
  return el('table', {}, el('thead', {}, el('tr', {}, ...heads.map(head => el('th', {scope: 'col'}, head)))),
    el('tbody', {}, ...rows.map(row => el('tr', {}, ...row.map(cell => el('td', {}, cell))))));
}
