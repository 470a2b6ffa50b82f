// How far the outbox is, in a line that follows it.

import {words} from '../words/en.js';
import {button, el, notice} from './made.js';

/** @typedef {import('../app.js').App} App */


/** @param {App} app */
export function sentLine({outbox}) {
  const line = el('p', {class: 'sent'}), refused = el('div', {class: 'stack'});
  const made = el('div', {class: 'stack', role: 'group', 'aria-label': words.server.outbox}, line, refused);
  let shown = false;
  const show = () => {
    if (shown && !made.isConnected) return end();
    shown = made.isConnected;
    line.textContent = words.server.state(outbox.state);
    line.dataset.doing = outbox.state.doing;
    refused.replaceChildren(...outbox.state.refused.length ? [refusals(outbox)] : []);
  };
  const end = outbox.watch(show);
  show();
  return made;
}


/** What the server will not have stays on the device. @param {import('../server/outbox.js').Outbox} outbox */
function refusals(outbox) {
  const lines = outbox.state.refused.map(({name, line}) => el('p', {}, words.server.refused(name, line)));
  return notice('caution', ...lines, el('div', {class: 'row'}, button(words.server.tryAgain, () => outbox.tryAgain())));
}
