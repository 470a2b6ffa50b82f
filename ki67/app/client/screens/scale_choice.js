// The scale of a picture: by the profile of a phone, typed, or not known.

import {scaleBy} from '../camera/micrometer.js';
import {scaleOf} from '../scorer/scale.js';
import {words} from '../words/en.js';
import {PROFILE} from './intake.js';
import {el, field, link, section} from './made.js';

/** @typedef {import('../values.js').Picture} Picture @typedef {import('../app.js').App} App @typedef {{width: number, height: number}} Size */

const TYPED = 'typed', UNKNOWN = 'unknown';
const LEAST = 0.01, MOST = 10;  // µm/px that a person may mean


/**
 * `over`: another part of the picture is looked at.
 * @param {App} app @param {Picture} picture @param {(umPerPx: number|null) => unknown} onChange
 */
export async function scaleChoice(app, picture, onChange) {
  const profiles = (await app.store.profiles()).flatMap(profile => {
    const umPerPx = scaleBy(profile, picture);
    return umPerPx === null ? [] : [{...profile, umPerPx}];
  });
  const used = profiles.find(({umPerPx}) => umPerPx === picture.umPerPx);
  const select = el('select', {}, el('option', {value: UNKNOWN}, words.scale.unknown), el('option', {value: TYPED}, words.scale.typed),
    ...profiles.map(({id, name}) => el('option', {value: id}, name)));
  select.value = picture.umPerPx === null ? UNKNOWN : used?.id ?? TYPED;
  const number = el('input', {type: 'number', inputMode: 'decimal', step: 'any', min: LEAST, max: MOST, value: picture.umPerPx ?? ''});
  const typed = field(words.scale.umPerPx, number, words.scale.umPerPxHint), said = el('p', {class: 'soft'});
  /** @type {Size} */ let part = picture.square ?? picture;
  const show = (/** @type {number|null} */ umPerPx) => {
    typed.hidden = select.value !== TYPED;
    said.textContent = umPerPx === null ? words.scale.unknownHint : words.scale.across(umPerPx, umPerPx * part.width);
    if (umPerPx === null) app.scorer.then(({network}) => {
      const {known} = scaleOf(null, part, null, network);
      if (known && select.value === UNKNOWN) said.textContent = words.scale.published(network.fieldUmPerPx);
    });
  };
  const typedScale = () => select.value === TYPED && number.value && number.checkValidity() ? number.valueAsNumber : null;
  const profile = () => profiles.find(({id}) => id === select.value), chosen = () => profile()?.umPerPx ?? typedScale();
  const changed = () => {
    const by = profile();
    if (by) app.store.putSetting(PROFILE, by.id);
    show(chosen());
    onChange(chosen());
  };
  select.onchange = number.onchange = changed;
  show(picture.umPerPx);
  const over = (/** @type {Size} */ other) => {
    part = other;
    show(chosen());
  };
  return Object.assign(section(words.scale.one, field(words.scale.from, select), typed, said, link(words.scale.measure, '#/scale', 'quiet')), {over});
}
