// A case with others: whom one asked, what they say, what the server counted. Answers wait until one's own opinions are there.

import {words} from '../words/en.js';
import {ask, asking, renewed} from './asking.js';
import {begunWords} from './begun_words.js';
import {commentsOf} from './comments.js';
import {el, field, link, notice, section, toggle} from './made.js';
import {sentLine} from './sent.js';
import {caseResult, opinionsOf} from './answers.js';

/** @typedef {import('../app.js').App} App @typedef {import('../server/views.js').Assignment} Assignment */


/** @param {App} app @param {string} caseId @returns {Promise<import('../app.js').Screen>} */
export async function assignScreen(app, caseId) {
  const allSaid = await app.outbox.allSaid(), one = await app.store.case(caseId);
  const remote = app.server.me && one?.remote, back = `#/case/${caseId}`, title = words.assign.title;
  if (!remote) return {title, content: notSent(app), back};
  const asked = el('div', {class: 'stack'}, section(words.assign.ask, await renewed(again => asks(app, remote, again))));
  return {title, content: el('div', {class: 'stack'}, sentLine(app), el('div', {class: 'columns'}, asked, allSaid ? await answers(app, remote) : held())), back};
}


/** @param {App} app */
function notSent(app) {
  return el('div', {class: 'stack narrow'}, notice('note', words.assign.notSent), sentLine(app),
    !app.server.me && el('div', {class: 'row'}, link(words.assign.signIn, '#/sign-in', 'main')));
}


const held = () => notice('caution', words.assign.saidFirst);


/** @param {App} app @param {string} remote */
async function answers(app, remote) {
  return el('div', {class: 'stack'}, section(words.assign.result, await renewed(() => caseResult(app, remote))),
    section(words.assign.opinions, await renewed(() => opinionsOf(app, remote))),
    section(words.assign.comments, await renewed(again => commentsOf(app, remote, again))));
}


/** @param {App} app @param {string} remote @param {() => Promise<void>} again */
async function asks(app, remote, again) {
  const contacts = await app.server.contacts(), assigned = await app.server.assignments(remote);
  const form = contacts.length ? await askForm(app, remote, contacts, again) :
    el('div', {class: 'row'}, el('p', {}, words.assign.noContact), link(words.assign.addContact, '#/contacts'));
  const list = assigned.length ? el('ul', {class: 'list'}, ...assigned.map(one => row(app, one, again))) : el('p', {class: 'soft'}, words.assign.nobody);
  return el('div', {class: 'stack'}, form, el('h3', {}, words.assign.asked), list);
}


/** @param {App} app @param {string} remote @param {import('../server/views.js').Person[]} contacts @param {() => Promise<void>} again */
async function askForm(app, remote, contacts, again) {
  const whom = el('select', {}, ...contacts.map(({id, name}) => el('option', {value: id}, name)));
  const blind = toggle(words.assign.blind, true, undefined, words.assign.blindHint), {text, sent} = await begunWords(app, `with ${remote}`);
  return asking([field(words.assign.whom, whom), blind, field(words.assign.message, text)], words.assign.send, async () => {
    await app.server.assign(remote, {to_id: whom.value, blind: blind.on(), message: text.value});
    await sent();
    await again();
  });
}


/** @param {App} app @param {Assignment} assigned @param {() => Promise<void>} again */
function row(app, assigned, again) {
  const takeBack = async () => { await app.server.takeBack(assigned.id); await again(); };
  return el('li', {class: 'entry'}, el('span', {}, el('span', {class: 'name'}, assigned.to.name), el('small', {}, words.assign.state(assigned))),
    !assigned.withdrawn_at && ask(app, words.assign.takeBack, takeBack, 'quiet'));
}
