// (d) The network's cells over the picture, to look at and to correct.

import {counts, ki67Index, tumourCells} from '../scorer/scores.js';
import {draftOf, keepDraft, onlyComment} from '../store/drafts.js';
import {inPart, inWhole, lookedAt} from '../store/looked_at.js';
import {standingCells, standingResult} from '../store/standing.js';
import {Editor} from '../viewer/editor.js';
import {CLASSES} from '../viewer/kinds.js';
import {radiusOf} from '../viewer/size.js';
import {looks, oneByOne, pen, stage, steps} from '../viewer/stage.js';
import {FINGER} from '../viewer/viewer.js';
import {words} from '../words/en.js';
import {button, el, field, figures, link, notice, section} from './made.js';
import {sightOf} from './sight.js';

/** @typedef {import('../app.js').App} App @typedef {import('../app.js').Screen} Screen */
/** @typedef {import('../values.js').Cells} Cells @typedef {import('../values.js').Picture} Picture @typedef {import('../store/drafts.js').Begun} Begun */


/** @param {App} app @param {string} pictureId @returns {Promise<Screen>} */
export async function cellsScreen(app, pictureId) {
  const picture = await app.store.picture(pictureId);
  if (!picture) return {title: words.cells.title, content: notice('bad', words.refused.gone()), back: '#/cases'};
  const {maySee} = await sightOf(app.store, picture), result = maySee ? await standingResult(app.store, picture) : null;
  if (!maySee) return elsewhere(picture, words.cells.hidden, link(words.cells.toBlind, `#/picture/${pictureId}/blind`, 'main'));
  if (!result) return elsewhere(picture, words.cells.notCounted, link(words.cells.toPreview, `#/picture/${pictureId}`, 'main'));
  const reviews = await app.store.reviews(pictureId);
  const ways = [link(words.cells.toResult, `#/picture/${pictureId}/result`, 'quiet')];
  if (reviews.some(({startedFrom}) => startedFrom === 'nothing')) ways.push(link(words.blind.beside, `#/picture/${pictureId}/beside`, 'quiet'));
  const draft = await draftOf(app.store, pictureId, 'network'), holds = draft && draft.made < result.made ? onlyComment(draft.comment) : draft;
  return correcting(app, picture, standingCells(result, reviews), holds, result.umPerPx, el('div', {class: 'row'}, ...ways));
}


/** @param {Picture} picture @param {string} line @param {HTMLElement} way @returns {Screen} */
function elsewhere({case: caseId}, line, way) {
  return {title: words.cells.title, content: el('div', {class: 'stack narrow'}, notice('note', line), way), back: `#/case/${caseId}`};
}


/** @param {App} app @param {Picture} picture @param {Cells} cells @param {Begun|null} draft @param {number} umPerPx @param {HTMLElement} onward @returns {Promise<Screen>} */
async function correcting(app, picture, cells, draft, umPerPx, onward) {
  const heard = el('p', {class: 'unseen', role: 'status'}), numbers = el('div', {}), comment = el('textarea', {rows: 2, value: draft?.comment ?? ''});
  const editor = await Editor.open(await lookedAt(picture, await app.store.pixels(picture.id)), inPart(picture, cells), {
    kinds: CLASSES, radius: radiusOf(umPerPx), label: words.cells.view, keys: words.cells.keys, reach: FINGER, marking: false,
    changed: (now) => { refresh(now); heard.textContent = spoken(now); keep(); },
    chosen: (cell, now) => { heard.textContent = spokenOf(cell, now); },
  }, draft?.cells && inPart(picture, draft.cells));
  const keep = () => keepDraft(app.store, picture.id, 'network', editor.canUndo ? correction(picture, editor, comment.value) : onlyComment(comment.value));
  comment.oninput = keep;
  const seen = looks(editor.viewer, CLASSES), back = steps(editor);
  const refresh = (/** @type {Cells} */ now) => {
    seen.count(now);
    back.refresh();
    numbers.replaceChildren(figures([[words.cells.index, indexOf(now)], [words.cells.tumourCells, words.number(tumourCells(counts(now)))]]));
  };
  refresh(editor.cells);
  const save = button(words.cells.save, () => saved(app, picture, editor, comment.value), 'main');
  const side = el('div', {class: 'stack'},
    el('section', {class: 'card'}, pen(editor, CLASSES), seen.element, numbers, el('p', {class: 'soft'}, words.cells.hint), oneByOne(editor)),
    section(words.cells.save, el('p', {class: 'soft'}, words.cells.started), field(words.cells.comment, comment, words.blind.commentHint), save),
    onward, heard);
  return {
    title: words.cells.title, content: el('div', {class: 'columns'}, stage(editor.viewer, ...back.buttons), side), back: `#/picture/${picture.id}/result`,
    leave: () => editor.viewer.close(),
  };
}


/** @param {App} app @param {Picture} picture @param {Editor} editor @param {string} comment */
async function saved(app, picture, editor, comment) {
  if (!editor.canUndo) return app.say(words.cells.unchanged);
  await app.store.addReview({
    ...correction(picture, editor, comment), id: crypto.randomUUID(), picture: picture.id, made: Date.now(),
    startedFrom: 'network', blind: false, by: null, remote: null,
  });
  await keepDraft(app.store, picture.id, 'network', null);
  app.say(words.cells.saved);
  app.go(`#/picture/${picture.id}/result`);
}


/** @param {Picture} picture @param {Editor} editor @param {string} comment */
function correction(picture, {cells}, comment) {
  const {positive, negative} = counts(cells);
  return {kind: /** @type {const} */ ('cells'), nPositive: positive, nNegative: negative, estimate: null, cells: inWhole(picture, cells), comment: comment.trim()};
}


/** @param {Cells} cells */
function indexOf(cells) {
  const index = ki67Index(counts(cells));
  return Number.isNaN(index) ? words.cells.noIndex : words.tenths(index);
}


/** @param {Cells} cells */
function spoken(cells) { return words.cells.counted(counts(cells), indexOf(cells)); }


/** @param {number} cell @param {Cells} cells */
function spokenOf(cell, {label}) {
  return words.cells.at(cell + 1, label.length, CLASSES.find((kind) => kind.label === label[cell])?.name ?? '');
}
