// A case that somebody else asks about: its pictures one by one, an opinion of each, and only then what others said.

import {serverId, written} from '../server/written.js';
import {draftOf, keepDraft} from '../store/drafts.js';
import {words} from '../words/en.js';
import {opinionsOf} from './answers.js';
import {ask, asking, lineOf, renewed} from './asking.js';
import {commentsOf} from './comments.js';
import {countingView} from './counting.js';
import {el, field, notice, section} from './made.js';
import {signInScreen} from './sign_in.js';

/** @typedef {import('../app.js').App} App @typedef {import('../server/views.js').ServerPicture} ServerPicture */
/** @typedef {import('./counting.js').Opinion} Opinion */
/** @typedef {import('../store/drafts.js').Begun} Begun */
/** What has to be let go of when another picture is shown. @typedef {{leave: () => void}} Shown */


/** @param {App} app @param {string} caseId on the server @returns {Promise<import('../app.js').Screen>} */
export async function opinionScreen(app, caseId) {
  if (!app.server.me) return signInScreen(app);
  const shown = {leave: () => undefined}, content = await renewed(again => next(app, caseId, shown, again));
  return {title: words.opinion.title, content, back: '#/inbox', leave: () => shown.leave()};
}


/** The next picture without an opinion of one's own, or the end. @param {App} app @param {string} caseId @param {Shown} shown @param {() => Promise<void>} again */
async function next(app, caseId, shown, again) {
  shown.leave();
  shown.leave = () => undefined;
  const pictures = await app.server.pictures(caseId), i = pictures.findIndex(({said}) => !said);
  if (i < 0) return ended(app, caseId);
  const line = words.opinion.progress(i + 1, pictures.length), id = crypto.randomUUID(), {um_per_px: umPerPx, kind} = pictures[i];
  if (kind === 'slide') return ofSlide(app, pictures[i], id, line, shown, again);
  const view = await countingView(await app.server.pixels(pictures[i].id), {
    umPerPx, line, draft: await draftOf(app.store, aboutOf(app, pictures[i]), 'nothing'), begun: said => keep(app, pictures[i], said),
    save: said => given(app, pictures[i], id, said, again),
  });
  shown.leave = view.leave;
  return view.element;
}


/** How much of a slide is tumour, by eye. @param {App} app @param {ServerPicture} slide @param {string} id @param {string} line @param {Shown} shown @param {() => Promise<void>} again */
async function ofSlide(app, slide, id, line, shown, again) {
  const address = URL.createObjectURL(await app.server.smallPixels(slide.id));
  shown.leave = () => URL.revokeObjectURL(address);
  const draft = await draftOf(app.store, aboutOf(app, slide), 'nothing'), value = draft?.estimate ? String(100 * draft.estimate) : '';
  const percent = el('input', {type: 'number', inputMode: 'decimal', min: '0', max: '100', step: 'any', required: true, value});
  percent.oninput = () => keep(app, slide, share(percent));
  const form = asking([field(words.opinion.share, percent), el('p', {class: 'soft'}, line)], words.opinion.give, async () => {
    await app.server.giveReview(slide.id, {id: serverId(id), kind: 'share', estimate: percent.valueAsNumber / 100, started_from: 'nothing', shown: 'nothing', comment: ''});
    await keep(app, slide, null);
    await again();
  });
  return el('div', {class: 'columns'}, el('img', {src: address, alt: words.opinion.slide}), section(words.opinion.title, form));
}


/** What was begun is somebody's own: another account on this device begins anew. @param {App} app @param {ServerPicture} picture */
function aboutOf({server}, {id}) { return `${server.me?.id} ${id}`; }


/** @param {App} app @param {ServerPicture} picture @param {Begun|null} said */
function keep(app, picture, said) { return keepDraft(app.store, aboutOf(app, picture), 'nothing', said); }


/** @param {HTMLInputElement} percent @returns {Begun|null} */
function share({value, valueAsNumber}) {
  return value ? {kind: 'estimate', nPositive: null, nNegative: null, estimate: valueAsNumber / 100, cells: null, comment: ''} : null;
}


/** Sent again after a cut, by its id, it is kept once. @param {App} app @param {ServerPicture} picture @param {string} id @param {Opinion} said @param {() => Promise<void>} again */
async function given(app, picture, id, said, again) {
  try {
    await app.server.giveReview(picture.id, written({...said, id, startedFrom: 'nothing', blind: true}, picture));
    await keep(app, picture, null);
    await again();
    scrollTo(0, 0);
  } catch (error) {
    app.say(lineOf(error));
  }
}


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
