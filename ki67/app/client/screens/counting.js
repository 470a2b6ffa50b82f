// A picture and three ways to count it oneself: marks, a tally, an estimate. Nothing of a network is here.

import {onlyComment} from '../store/drafts.js';
import {words} from '../words/en.js';
import {button, choice, el, field, notice, section} from './made.js';
import {estimating, marking, tallying} from './ways.js';

/** What a person says of a picture. @typedef {Pick<import('../values.js').Review, 'kind'|'nPositive'|'nNegative'|'estimate'|'cells'|'comment'>} Opinion */
/**
 * One way to count: `side` beside the picture, `opinion` what was counted so far, null where that is nothing.
 * @typedef {{side: HTMLElement, opinion: () => Omit<Opinion, 'comment'>|null}} Way
 */
/** @typedef {'marks'|'tally'|'estimate'} WayName @typedef {import('../store/drafts.js').Begun} Begun */

/** @type {Record<Opinion['kind'], WayName>} */
const WAYS = {cells: 'marks', count: 'tally', estimate: 'estimate'};


/**
 * A picture to be counted by a person, wherever it lies: the screen of a field uses it, and a reader's over a picture of the server.
 * `leave` must be called when it is shown no more.
 * @param {Blob} blob the picture
 * @param {{umPerPx: number|null, line: string, draft: Begun|null, begun: (draft: Begun|null) => unknown, save: (opinion: Opinion) => Promise<void>}} how `umPerPx` gives
 *   marks their size, `line` says what the count is for, `draft` is gone on with, `begun` told of every change, `save` keeps it and goes on
 * @returns {Promise<{element: HTMLElement, leave: () => void}>}
 */
export async function countingView(blob, {umPerPx, line, draft, begun, save}) {
  const changed = () => begun(said() ?? onlyComment(comment.value)), start = draft?.kind ? WAYS[draft.kind] : 'marks';
  const marks = await marking(blob, umPerPx, draft?.cells ?? null, changed);
  const ways = {marks, tally: tallying(start === 'tally' ? draft : null, changed), estimate: estimating(draft?.estimate ?? null, changed)};
  const comment = el('textarea', {rows: 2, value: draft?.comment ?? '', oninput: changed}), empty = el('p', {class: 'soft', role: 'status'}), sides = Object.values(ways).map(({side}) => side);
  const show = (/** @type {WayName} */ name) => {
    empty.textContent = '';
    for (const side of sides) side.hidden = side !== ways[name].side;
    marks.rest(name !== 'marks');
  };
  const names = /** @type {WayName[]} */ (['marks', 'tally', 'estimate']);
  const way = choice(words.blind.way, names.map((name) => [name, words.blind[name]]), start, show);
  const said = () => {
    const opinion = ways[way.chosen()].opinion();
    return opinion && {...opinion, comment: comment.value.trim()};
  };
  const done = button(words.blind.save, async () => {
    const opinion = said();
    if (!opinion) empty.textContent = words.blind.nothing;
    else await save(opinion);
  }, 'main');
  show(start);
  const side = el('div', {class: 'stack'}, way, ...sides, notice('note', line),
    section(words.blind.save, field(words.blind.comment, comment, words.blind.commentHint), done, empty));
  return {element: el('div', {class: 'columns'}, marks.stage, side), leave: marks.leave};
}
