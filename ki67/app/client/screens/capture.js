// (a) Pictures into a case: from the camera, from files, dropped or pasted. What is refused says why; the others are kept.

import {Camera, hasCamera} from '../camera/stream.js';
import {words} from '../words/en.js';
import {takeIn} from './intake.js';
import {button, el, link, notice, section} from './made.js';
import {thumbnail} from './thumbnail.js';
import {refusal} from './told.js';

/** @typedef {import('../app.js').App} App @typedef {import('./intake.js').Taken} Taken */
/** @typedef {(files: Iterable<Blob>) => Promise<unknown>} Take */


/** @param {App} app @param {string} caseId @returns {Promise<import('../app.js').Screen>} */
export async function captureScreen(app, caseId) {
  const list = el('ul', {class: 'list', 'aria-label': words.capture.taken}), onward = el('div', {class: 'deeds'});
  /** @type {Set<string>} */
  const taken = new Set();
  const take = inTurn(async blob => {
    const one = await takeIn(app, caseId, blob, blob instanceof File ? blob.name : words.capture.shot);
    if (one.picture) taken.add(one.picture.id);
    list.prepend(row(app, one));
    app.say(lineOf(one));
    const to = taken.size === 1 ? `#/picture/${[...taken][0]}` : `#/case/${caseId}`;
    onward.replaceChildren(link(words.capture.onward(taken.size), to, 'main'));
  });
  const camera = viewfinder(blob => take([blob]));
  const content = el('div', {class: 'stack'}, el('div', {class: 'columns'}, camera.content, files(take)), list, onward);
  const stopHearing = hear(content, take);
  return {title: words.capture.title, content, back: `#/case/${caseId}`, leave: () => { stopHearing(); camera.close(); }};
}


/** One after the other, so that a dozen large pictures never lie in memory together. @param {(blob: Blob) => Promise<void>} takeOne @returns {Take} */
function inTurn(takeOne) {
  /** @type {Promise<void>} */
  let before = Promise.resolve();
  return files => Promise.all(Array.from(files, file => {
    const mine = before.then(() => takeOne(file));
    before = mine.catch(() => undefined);
    return mine;
  }));
}


/** @param {(blob: Blob) => Promise<unknown>} take */
function viewfinder(take) {
  const video = el('video', {muted: true, playsInline: true, 'aria-label': words.capture.seen});
  const shoot = async () => { if (camera) await take(await camera.picture()); };
  const shutter = button(words.capture.shoot, shoot, 'main', {class: 'shutter', 'aria-label': words.capture.shoot});
  const said = el('div', {role: 'alert'});
  const on = button(words.capture.switchOn, open, 'main'), off = button(words.capture.switchOff, close, 'quiet');
  /** @type {Camera|null} */
  let camera = null;

  async function open() {
    try { camera = await Camera.open(video); } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      return said.replaceChildren(notice('bad', words.capture.noCamera[error.name === 'NotAllowedError' ? 'refused' : 'absent']));
    }
    if (!video.isConnected) return close();  // the screen was left while the person was asked
    said.replaceChildren();
    switched();
  }
  function close() {
    camera?.close();
    camera = null;
    switched();
  }
  function switched() {
    for (const part of [finder, controls]) part.hidden = !camera;
    for (const part of [on, hint]) part.hidden = Boolean(camera);
  }

  const hint = el('p', {class: 'soft'}, words.capture.cameraHint), finder = el('div', {class: 'finder'}, video), controls = el('div', {class: 'row shoot'}, off, shutter, el('span', {class: 'balance'}));
  switched();
  const content = section(words.capture.camera, hint, finder, controls, said,
    hasCamera() ? on : notice('caution', words.capture.noCamera.insecure));
  return {content, close};
}


/** @param {Take} take */
function files(take) {
  const input = el('input', {type: 'file', accept: 'image/*,.heic,.heif', multiple: true});
  input.onchange = () => {
    take([...input.files ?? []]);
    input.value = '';  // so that the same file can be chosen again
  };
  return el('section', {class: 'card drop'}, el('h2', {}, words.capture.files), el('p', {class: 'soft'}, words.capture.filesHint),
    el('div', {class: 'row'}, el('label', {class: 'button picker'}, input, words.capture.choose),
      button(words.capture.tryOne, async () => take([await example()]), 'quiet')));
}


/** A simulated field that comes with the client, for whoever has no picture at hand. */
async function example() {
  const response = await fetch(new URL('../example.jpg', import.meta.url));
  return new File([await response.blob()], words.capture.example);
}


/** What is dropped or pasted anywhere on the screen. @param {HTMLElement} content @param {Take} take @returns {() => void} ends it */
function hear(content, take) {
  const pasted = (/** @type {ClipboardEvent} */ event) => { take([...event.clipboardData?.files ?? []]); };
  const over = (/** @type {DragEvent} */ event) => {
    event.preventDefault();
    content.classList.toggle('over', event.type === 'dragover');
    if (event.type === 'drop') take([...event.dataTransfer?.files ?? []]);
  };
  /** @type {('dragover'|'dragleave'|'drop')[]} */
  const drags = ['dragover', 'dragleave', 'drop'];
  document.addEventListener('paste', pasted);
  for (const drag of drags) document.addEventListener(drag, over);
  return () => {
    document.removeEventListener('paste', pasted);
    for (const drag of drags) document.removeEventListener(drag, over);
  };
}


/** @param {Taken} one */
function lineOf({name, picture, again, why}) {
  if (why) return words.capture.refused(name, refusal(why));
  return again ? words.capture.again(name) : words.capture.kept(name, picture?.square !== null);
}


/** @param {App} app @param {Taken} one */
function row(app, one) {
  const {picture} = one;
  if (!picture) return el('li', {class: 'refused'}, notice('bad', lineOf(one)));
  return el('li', {}, el('a', {href: `#/picture/${picture.id}`}, thumbnail(() => app.store.pixels(picture.id), picture.square),
    el('span', {}, el('span', {class: 'name'}, lineOf(one)), el('small', {}, words.size(picture)))));
}
