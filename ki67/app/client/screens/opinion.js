// A case that somebody else asks about: its pictures one by one, an opinion of each, and only then what others said.

import {serverId} from '../server/written.js';
import {words} from '../words/en.js';
import {ask, asking, renewed} from './asking.js';
import {commentsOf} from './comments.js';
import {choice, el, field, notice, section} from './made.js';
import {signInScreen} from './sign_in.js';
import {opinionsOf} from './answers.js';

/** @typedef {import('../app.js').App} App @typedef {import('../server/views.js').ServerPicture} ServerPicture */

const MOST = 10_000_000;  // cells that anybody counts in a picture, as the service has it


/** @param {App} app @param {string} caseId on the server @returns {Promise<import('../app.js').Screen>} */
export async function opinionScreen(app, caseId) {
  if (!app.server.me) return signInScreen(app);
  const shown = new Set();  // addresses of pictures, to be let go
  const show = (/** @type {Blob} */ blob) => {
    const address = URL.createObjectURL(blob);
    shown.add(address);
    return address;
  };
  const content = await renewed(again => next(app, caseId, show, again));
  return {title: words.opinion.title, content, back: '#/inbox', leave: () => shown.forEach(address => URL.revokeObjectURL(address))};
}


/** The next picture without an opinion of one's own, or the end. @param {App} app @param {string} caseId @param {(blob: Blob) => string} show @param {() => Promise<void>} again */
async function next(app, caseId, show, again) {
  const pictures = await app.server.pictures(caseId), i = pictures.findIndex(({said}) => !said);
  if (i < 0) return ended(app, caseId);
  const address = show(await app.server.pixels(pictures[i].id));
  return el('div', {class: 'columns'}, figure(address, words.opinion.progress(i + 1, pictures.length)),
    section(words.opinion.how, answerForm(app, pictures[i], again)));
}


/** @param {string} address @param {string} line */
function figure(address, line) {
  return el('figure', {class: 'stack'}, el('a', {href: address, target: '_blank'}, el('img', {src: address, alt: words.opinion.picture, class: 'looked-at'})),
    el('figcaption', {class: 'soft'}, line));
}


/** An answer by eye or by count; sent again after a cut, it is kept once. @param {App} app @param {ServerPicture} picture @param {() => Promise<void>} again */
function answerForm(app, picture, again) {
  const id = serverId(crypto.randomUUID()), comment = el('textarea', {rows: 2, maxLength: 4000});
  const percent = number(100, 'any'), positive = number(MOST, '1'), negative = number(MOST, '1');
  const estimate = field(words.opinion.index, percent), count = el('div', {class: 'stack'}, field(words.opinion.positive, positive), field(words.opinion.negative, negative));
  const turn = (/** @type {'estimate'|'count'} */ kind) => {
    estimate.hidden = percent.disabled = kind === 'count';
    count.hidden = positive.disabled = negative.disabled = kind === 'estimate';
  };
  const kind = choice(words.opinion.by, [['estimate', words.opinion.estimate], ['count', words.opinion.count]], 'estimate', turn);
  turn('estimate');
  return asking([kind, estimate, count, field(words.opinion.comment, comment)], words.opinion.give, async () => {
    /** @type {import('../server/views.js').Opinion} */
    const told = {id, started_from: 'nothing', shown: 'nothing', comment: comment.value};
    await app.server.giveReview(picture.id, kind.chosen() === 'estimate' ? {...told, kind: 'estimate', estimate: percent.valueAsNumber / 100} :
      {...told, kind: 'count', n_positive: positive.valueAsNumber, n_negative: negative.valueAsNumber});
    await again();
  });
}


/** @param {number} max @param {string} step */
function number(max, step) { return el('input', {type: 'number', inputMode: 'decimal', min: '0', max: String(max), step, required: true}); }


/** All is said: what others said, and the word that it is done. @param {App} app @param {string} caseId */
async function ended(app, caseId) {
  const assigned = (await app.server.inbox()).filter(one => one.case_id === caseId && !one.done_at);
  const finish = assigned.length > 0 && el('div', {class: 'row'}, ask(app, words.opinion.finish, async () => {
    for (const one of assigned) await app.server.finish(one.id);
    app.say(words.opinion.finished);
    app.go('#/inbox');
  }, 'main'));
  return el('div', {class: 'columns'}, el('div', {class: 'stack'}, notice('good', words.opinion.allGiven), finish,
    section(words.assign.opinions, await opinionsOf(app, caseId))),
    section(words.assign.comments, await renewed(again => commentsOf(app, caseId, again))));
}
