// (e) What was counted in a picture, and how far to trust it.

import {pooled} from '../scorer/result.js';
import {counts} from '../scorer/scores.js';
import {standingResult} from '../store/standing.js';
import {words} from '../words/en.js';
import {cellsSoFar, indexShown} from './index_bar.js';
import {el, figures, link, notice, section} from './made.js';
import {othersOpinions, ownOpinion} from './opinions.js';
import {sightOf} from './sight.js';
import {shown} from './thumbnail.js';
import {caution} from './told.js';

/** @typedef {import('../values.js').Case} Case @typedef {import('../values.js').Picture} Picture @typedef {import('../values.js').Result} Result */
/** @typedef {import('../app.js').App} App */


/** Leads on to the preview where nothing was counted yet, and to the own count where that comes first. @param {App} app @param {string} pictureId */
export async function resultScreen(app, pictureId) {
  const picture = await app.store.picture(pictureId), one = picture && await app.store.case(picture.case);
  if (!picture || !one) throw new Error(words.preview.gone);
  const result = await standingResult(app.store, picture);
  if (!result) return elsewhere(`#/picture/${pictureId}`);
  if (!(await sightOf(app.store, picture)).maySee) return elsewhere(`#/picture/${pictureId}/blind`);
  return shownResult(app, one, picture, result);
}


/** There instead of here: back leads past it. @param {string} hash @returns {import('../app.js').Screen} */
function elsewhere(hash) {
  location.replace(hash);
  return {title: words.app.wait, content: el('p', {class: 'empty'}, words.app.wait)};
}


/** @param {App} app @param {Case} one @param {Picture} picture @param {Result} result @returns {Promise<import('../app.js').Screen>} */
async function shownResult(app, one, picture, result) {
  const found = pooled([result], one.cutOffs), opinions = await app.store.opinions(picture.id);
  const own = opinions.filter(({by}) => !by).at(-1), others = opinions.filter(({by}) => by);
  const number = (await app.store.pictures(picture.case)).findIndex(({id}) => id === picture.id) + 1;
  const {image, release} = shown(await app.store.pixels(picture.id), words.preview.alt(number));
  const index = section(words.result.index, indexShown(found, one.cutOffs), cellsSoFar(found), figures([
    [words.result.positive, el('span', {class: 'positive'}, words.number(found.nPositive))],
    [words.result.negative, el('span', {class: 'negative'}, words.number(found.nNegative))],
    [words.result.til, el('span', {class: 'til'}, words.number(found.nTil))]]));
  const facts = section(words.result.how, figures([
    [words.scale.one, words.result.scale(result.umPerPx, result.scaleKnown)],
    [words.result.hotSpot, result.hotSpot === null ? words.result.noHotSpot : words.tenths(result.hotSpot)],
    result.milliseconds === null ? [words.result.byWhom, words.result.server] : [words.result.time, words.result.milliseconds(result.milliseconds)]]),
  link(words.result.change, `#/picture/${picture.id}`, 'quiet'));
  const side = el('div', {class: 'stack'}, index, ...cautions(result), own ? ownOpinion(own) : null, others.length ? othersOpinions(others) : null, facts,
    el('p', {class: 'soft'}, words.app.researchUse));
  const deeds = el('div', {class: 'deeds'}, link(words.result.cells, `#/picture/${picture.id}/cells`, 'main'), link(words.result.toCase, `#/case/${one.id}`));
  const plate = el('a', {class: 'plate', href: `#/picture/${picture.id}/cells`}, image);
  const content = el('div', {class: 'stack'}, el('div', {class: 'columns'}, plate, side), deeds);
  return {title: words.result.title(number), content, back: `#/case/${one.id}`, leave: release};
}


/** @param {Result} result */
function cautions({warnings, scaleKnown}) {
  const lines = [...scaleKnown ? [] : [words.result.scaleNotKnown], ...warnings.map(caution)];
  return lines.map(line => notice('caution', line));
}
