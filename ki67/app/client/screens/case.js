// One case: its fields, and the index over all of them.

import {pooled} from '../scorer/result.js';
import {counts, ki67Index, total} from '../scorer/scores.js';
import {standingResult} from '../store/standing.js';
import {words} from '../words/en.js';
import {cellsSoFar, indexShown} from './index_bar.js';
import {button, choice, el, figures, link, notice, section} from './made.js';
import {ownCounts} from './own.js';
import {countPicture} from './scoring.js';
import {sightOf, wayTo} from './sight.js';
import {thumbnail} from './thumbnail.js';
import {refusal} from './told.js';

/** @typedef {import('../values.js').Case} Case @typedef {import('../values.js').Picture} Picture @typedef {import('../values.js').Result} Result */
/** @typedef {import('../app.js').App} App @typedef {import('../scorer/scores.js').Counts} Counts */
/** `own`: what the reader counted themselves. @typedef {{picture: Picture, hidden: boolean, result: Result|null, own: Counts|null}} Field */


/** @param {App} app @param {string} caseId @returns {Promise<import('../app.js').Screen>} */
export async function caseScreen(app, caseId) {
  const one = await app.store.case(caseId);
  if (!one) throw new Error(words.case.gone);
  const content = el('div', {class: 'stack'});
  const draw = async () => content.replaceChildren(...await parts(app, one, draw));
  await draw();
  return {title: one.name, content, back: '#/cases'};
}


/** @param {App} app @param {Case} one @param {() => Promise<void>} draw after something was changed */
async function parts(app, one, draw) {
  const fields = await Promise.all((await app.store.pictures(one.id)).map(picture => fieldOf(app, picture)));
  const add = link(words.case.add, `#/case/${one.id}/add`, fields.length ? 'plain' : 'main');
  if (!fields.length) return [el('p', {class: 'empty'}, words.case.none), el('div', {class: 'deeds'}, add)];
  const fresh = fields.filter(({picture}) => picture.state !== 'counted').map(({picture}) => picture);
  const running = el('div', {role: 'status', class: 'stack'});
  const run = button(words.case.run(fresh.length), () => countAll(app, fresh, running).then(draw), 'main');
  const rows = await Promise.all(fields.map((field, i) => row(app, field, i + 1)));
  const onward = el('div', {class: 'row'}, link(words.case.save, `#/case/${one.id}/save`),
    app.server.available && link(words.case.assign, `#/case/${one.id}/assign`));
  const list = el('div', {class: 'stack'}, el('h2', {}, words.case.fields(fields.length)), el('ol', {class: 'list'}, ...rows), onward);
  const index = el('div', {class: 'stack'}, ...summary(one, fields));
  const cutOffs = cutOffsChoice(app, one, () => index.replaceChildren(...summary(one, fields)));
  const side = el('div', {class: 'stack'}, section(words.case.index, index, cutOffs), el('p', {class: 'soft'}, words.app.researchUse));
  return [el('div', {class: 'columns even'}, side, list), el('div', {class: 'deeds'}, running, fresh.length ? run : null, add)];
}


/** What one may see of a field. @param {App} app @param {Picture} picture @returns {Promise<Field>} */
async function fieldOf(app, picture) {
  const hidden = !(await sightOf(app.store, picture)).maySee, last = (await app.store.reviews(picture.id)).at(-1);
  return {picture, hidden, own: last ? ownCounts(last) : null, result: hidden ? null : await standingResult(app.store, picture)};
}


/** The index over all fields; in a blind case only once every field has an own opinion. @param {Case} one @param {Field[]} fields @returns {HTMLElement[]} */
function summary(one, fields) {
  const counted = fields.flatMap(({result}) => result ? [result] : []), waiting = fields.filter(({hidden}) => hidden).length;
  if (waiting) return [notice('note', words.case.blind(waiting))];
  if (!counted.length) return [el('p', {class: 'soft'}, words.case.notYet)];
  const found = pooled(counted, one.cutOffs), unknown = counted.filter(({scaleKnown}) => !scaleKnown).length;
  return [indexShown(found, one.cutOffs), cellsSoFar(found), figures([
    [words.result.positive, el('span', {class: 'positive'}, words.number(found.nPositive))],
    [words.result.negative, el('span', {class: 'negative'}, words.number(found.nNegative))],
    [words.result.til, el('span', {class: 'til'}, words.number(found.nTil))]]),
  ...ownIndex(fields), ...unknown ? [notice('caution', words.case.scaleNotKnown(unknown))] : []];
}


/** Of the fields that the reader counted. @param {Field[]} fields */
function ownIndex(fields) {
  const own = fields.flatMap(field => field.own ?? []);
  return own.length ? [figures([[words.case.own(own.length, fields.length), words.tenths(ki67Index(total(own)))]])] : [];
}


/** Which cut-offs the case goes by. @param {App} app @param {Case} one @param {() => void} draw the index by them */
function cutOffsChoice(app, one, draw) {
  return choice(words.cases.cutOffs, [['paper', words.cutOffs.paper], ['consensus', words.cutOffs.consensus]], one.cutOffs, async cutOffs => {
    one.cutOffs = cutOffs;
    draw();
    const now = await app.store.case(one.id);
    if (now) await app.store.putCase({...now, cutOffs});
  });
}


/** @param {App} app @param {Field} field @param {number} number */
async function row(app, {picture, hidden, result}, number) {
  const hash = picture.state === 'counted' ? await wayTo(app.store, picture) : `#/picture/${picture.id}`;
  const end = result ? el('span', {class: 'end'}, words.tenths(ki67Index(counts(result.cells)))) : null;
  return el('li', {}, el('a', {href: hash}, thumbnail(() => app.store.pixels(picture.id), picture.square),
    el('span', {}, el('span', {class: 'name'}, words.preview.title(number)), el('small', {}, lineOf(picture, hidden, result))), end));
}


/** @param {Picture} picture @param {boolean} hidden @param {Result|null} result */
function lineOf(picture, hidden, result) {
  if (picture.why) return refusal(picture.why);
  if (picture.state !== 'counted') return words.case.fresh;
  return hidden || !result ? words.case.countFirst : words.case.cells(result.cells.label.length, result.warnings.length);
}


/** @param {App} app @param {Picture[]} pictures @param {HTMLElement} running */
async function countAll(app, pictures, running) {
  for (const [i, picture] of pictures.entries()) {
    const line = words.case.running(i + 1, pictures.length);
    running.replaceChildren(el('span', {}, line), el('progress', {max: pictures.length, value: i, 'aria-label': line}));
    await countPicture(app, picture.id);
  }
}
