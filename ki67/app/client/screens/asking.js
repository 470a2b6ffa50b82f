// Forms and deeds that may fail: what the server declines is said in its own words, and what else can happen in ours.

import {Known} from '../scorer/refused.js';
import {Declined, Offline} from '../server/asked.js';
import {Locked} from '../store/device.js';
import {words} from '../words/en.js';
import {button, el, notice} from './made.js';
import {refusal} from './told.js';

/** @typedef {import('../app.js').App} App */
/** @typedef {import('./made.js').Child} Child */


/** A line for a person; what is a mistake of ours goes on. @param {unknown} error @returns {string} */
export function lineOf(error) {
  if (error instanceof Declined) return error.message;
  if (error instanceof Offline) return words.server.noAnswer;
  if (error instanceof Known) return refusal(error.why);
  if (error instanceof Locked) return words.unlock.wrong;
  throw error;
}


/** A form whose deed may be declined; then everything stays as it was filled in. @param {Child[]} fields @param {string} label @param {() => Promise<unknown>} deed */
export function asking(fields, label, deed) {
  const why = el('div', {role: 'alert'}), go = el('button', {class: 'button main'}, label);
  const form = el('form', {class: 'stack'}, ...fields, why, el('div', {class: 'row'}, go));
  form.onsubmit = async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    go.disabled = true;
    why.replaceChildren();
    try { await deed(); } catch (error) { why.replaceChildren(notice('bad', lineOf(error))); } finally { go.disabled = false; }
  };
  return form;
}


/** A button whose deed may be declined. @param {App} app @param {string} label @param {() => Promise<unknown>} deed @param {'plain'|'main'|'quiet'|'danger'} [kind] */
export function ask(app, label, deed, kind = 'plain') {
  return button(label, async () => {
    try { await deed(); } catch (error) { app.say(lineOf(error)); }
  }, kind);
}


/** What the server tells, or why it tells nothing. @param {() => Promise<HTMLElement>} content */
export async function answered(content) {
  try { return await content(); } catch (error) { return notice('caution', lineOf(error)); }
}


/** A part of a screen that is shown anew after each of its deeds. @param {(again: () => Promise<void>) => Promise<HTMLElement>} content */
export async function renewed(content) {
  const place = el('div', {class: 'stack'});
  const again = async () => place.replaceChildren(await answered(() => content(again)));
  await again();
  return place;
}
