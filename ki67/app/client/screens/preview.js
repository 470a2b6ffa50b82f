// (b) A picture before it is counted: what is wrong with it, which part is looked at, at which scale. Then RUN.

import {FINER, flawsOf} from '../camera/focus.js';
import {fitting, smaller, whole} from '../camera/reduced.js';
import {sizeAt} from '../scorer/resize.js';
import {Refused} from '../scorer/refused.js';
import {scaleOf} from '../scorer/scale.js';
import {words} from '../words/en.js';
import {ocularSquare} from './intake.js';
import {button, choice, confirmed, el, notice, section} from './made.js';
import {scaleChoice} from './scale_choice.js';
import {countPicture, isSameWish} from './scoring.js';
import {wayTo} from './sight.js';
import {squareOver} from './square.js';
import {shown} from './thumbnail.js';
import {refusal} from './told.js';

/** @typedef {import('../values.js').Picture} Picture @typedef {import('../values.js').Wish} Wish @typedef {import('../values.js').Rect} Rect @typedef {import('../app.js').App} App */


/** @param {App} app @param {string} pictureId @returns {Promise<import('../app.js').Screen>} */
export async function previewScreen(app, pictureId) {
  const picture = await app.store.picture(pictureId);
  if (!picture) throw new Error(words.preview.gone);
  return new Preview(app, picture).screen();
}


/** Holds the picture as it is now; whatever is changed is kept at once, and counted anew. */
class Preview {
  /** @param {App} app @param {Picture} picture */
  constructor(app, picture) {
    this.app = app;
    this.picture = picture;
    /** @type {Promise<void>} */ this.kept = Promise.resolve();
    this.judged = el('div', {class: 'stack', 'aria-live': 'polite'});
    this.running = el('div', {class: 'stack', role: 'status'});
  }

  /** @returns {Promise<import('../app.js').Screen>} */
  async screen() {
    const {app, picture} = this, number = (await app.store.pictures(picture.case)).findIndex(({id}) => id === picture.id) + 1;
    const {image, release} = shown(await app.store.pixels(picture.id), words.preview.alt(number));
    this.stage = el('div', {class: 'plate'}, image);
    const isSent = picture.remote !== null, isFixed = isSent && picture.umPerPx !== null;
    const part = isSent ? notice('note', words.preview.sent) : choice(words.preview.part, [['part', words.preview.square], ['whole', words.preview.whole]],
      picture.square ? 'part' : 'whole', async which => this.take(which === 'part' ? await this.firstSquare() : null));
    this.overlay();
    this.judge();
    this.scale = isFixed ? null : await scaleChoice(app, picture, umPerPx => this.change({umPerPx}));
    const side = el('div', {class: 'stack'}, section(words.preview.light, this.judged), section(words.preview.what, part), this.scale,
      el('div', {class: 'row'}, button(words.preview.remove, () => this.remove(), 'danger')));
    const run = el('div', {class: 'deeds'}, this.running, button(words.preview.run, () => this.run(), 'main'));
    const content = el('div', {class: 'stack'}, el('div', {class: 'columns'}, this.stage, side), run);
    return {title: words.preview.title(number), content, back: `#/case/${picture.case}`, leave: release};
  }

  /** After what was changed before. @param {Partial<Wish>} wish */
  change(wish) {
    const kept = this.kept.then(() => this.keep(wish));
    this.kept = kept.catch(() => undefined);
    return kept;
  }

  /** What stays as it was stays counted. @param {Partial<Wish>} wish */
  async keep(wish) {
    const now = await this.app.store.picture(this.picture.id);
    if (!now) throw new Refused('gone');
    /** @type {Picture} */
    const changed = {...now, ...wish, state: 'new', why: null};
    if (isSameWish(now, changed)) return;
    this.picture = changed;
    await this.app.store.putPicture(changed);
    this.scale?.over(changed.square ?? changed);
    this.judge();
  }

  /** @param {Rect|null} square */
  async take(square) {
    await this.change({square});
    this.overlay();
  }

  overlay() {
    this.stage?.querySelector('.square')?.remove();
    const {square, remote} = this.picture;
    if (!square) return;
    const {frame} = squareOver(this.picture, square, square => this.change({square}));
    frame.inert = remote !== null;
    this.stage?.append(frame);
  }

  /** The square in the ocular's circle, else the middle of the picture. @returns {Promise<Rect>} */
  async firstSquare() {
    const {width, height} = this.picture, side = Math.round(0.7 * Math.min(width, height));
    return await ocularSquare(this.app, this.picture) ?? {x: (width - side) >> 1, y: (height - side) >> 1, width: side, height: side};
  }

  async judge() {
    const {network} = await this.app.scorer, {picture} = this, part = picture.square ?? whole(picture);
    const {width, height} = sizeAt(part, scaleOf(picture.umPerPx, part, null, network).umPerPx, network.umPerPx / FINER);
    const flaws = flawsOf(await smaller(await this.app.store.pixels(picture.id), part, fitting(part, Math.max(width, height))));
    if (picture !== this.picture) return;  // changed meanwhile
    this.judged.replaceChildren(...flaws.length ? flaws.map(flaw => notice('caution', words.focus[flaw])) : [notice('good', words.focus.good)]);
  }

  async run() {
    this.running.replaceChildren(el('span', {}, words.preview.running), el('progress', {'aria-label': words.preview.running}));
    await this.kept;
    const counted = await countPicture(this.app, this.picture.id).finally(() => this.running.replaceChildren());
    if (!counted) return;
    this.picture = counted;
    if (counted.state === 'new') return this.app.say(words.preview.changed);
    if (counted.why) return this.running.replaceChildren(notice('bad', refusal(counted.why)));
    this.app.go(await wayTo(this.app.store, counted));
  }

  async remove() {
    if (!await confirmed(words.preview.remove, words.preview.removeLine, words.preview.removeYes, words.cancel)) return;
    await this.app.store.removePicture(this.picture.id);
    this.app.go(`#/case/${this.picture.case}`);
  }
}
