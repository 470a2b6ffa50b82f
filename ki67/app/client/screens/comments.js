// Words on a case, and one more.

import {words} from '../words/en.js';
import {asking} from './asking.js';
import {begunWords} from './begun_words.js';
import {el, field} from './made.js';

/** @typedef {import('../app.js').App} App */


/** @param {App} app @param {string} caseId on the server @param {() => Promise<void>} again */
export async function commentsOf(app, caseId, again) {
  const {text, sent} = await begunWords(app, `on ${caseId}`, {required: true});
  const add = asking([field(words.assign.comment, text)], words.assign.say, async () => {
    await app.server.comment(caseId, text.value);
    await sent();
    await again();
  });
  const said = (await app.server.comments(caseId)).map(comment => el('li', {class: 'entry'}, el('span', {}, el('span', {}, comment.text),
    el('small', {class: 'by'}, words.inbox.by(comment.by.name, words.day(comment.created_at))))));
  return el('div', {class: 'stack'}, said.length ? el('ul', {class: 'list'}, ...said) : el('p', {class: 'soft'}, words.assign.silence), add);
}
