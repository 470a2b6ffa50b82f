// Cases that are on the server and not on this device: one's own are brought here, those of others are read there.

import {bring, idHere, lacking} from '../server/arrivals.js';
import {words} from '../words/en.js';
import {ask, renewed} from './asking.js';
import {el, link, section} from './made.js';

/** @typedef {import('../app.js').App} App @typedef {import('../server/views.js').ServerCase} ServerCase @typedef {import('../server/views.js').Assignment} Assignment */


/** Nothing where nobody is signed in; filled when the server answers, which the screen does not wait for. @param {App} app */
export function casesElsewhere(app) {
  const place = el('div', {class: 'stack', hidden: true});
  if (app.server.me) renewed(() => listed(app)).then(made => {
    place.replaceChildren(made);
    place.hidden = false;
  });
  return place;
}


/** @param {App} app */
async function listed(app) {
  const own = await lacking(app.store, await app.server.cases()), asked = (await app.server.inbox()).filter(({done_at}) => !done_at);
  const rows = [...own.map(({there, here}) => ownRow(app, there, here)), ...asked.map(askedRow)];
  return rows.length ? section(words.elsewhere.title, el('ul', {class: 'list'}, ...rows)) : el('div', {});
}


/** @param {App} app @param {ServerCase} one @param {number} here how many of its pictures are */
function ownRow(app, one, here) {
  const deed = ask(app, words.elsewhere.bring, () => brought(app, one));
  deed.setAttribute('aria-label', `${words.elsewhere.bring}: ${one.name}`);
  return el('li', {class: 'entry'}, what(one.name ?? '', words.elsewhere.pictures(one.n_pictures, here)), deed);
}


/** @param {Assignment} asked */
function askedRow({case_id, case_name, by, n_pictures}) {
  return el('li', {class: 'entry'}, what(case_name ?? words.inbox.unnamed, words.elsewhere.askedBy(by.name, n_pictures)),
    link(words.elsewhere.read, `#/opinion/${case_id}`));
}


/** @param {string} name @param {string} line */
function what(name, line) { return el('span', {}, el('span', {class: 'name'}, name), el('small', {}, line)); }


/** @param {App} app @param {ServerCase} one */
async function brought(app, one) {
  app.say(words.app.wait);
  await app.outbox.bringing(async () => {
    const {unscaled, left} = await bring(app.store, app.server, one);
    app.say(words.elsewhere.brought(left));
    return unscaled;
  });
  app.go(`#/case/${idHere(one)}`);
}
