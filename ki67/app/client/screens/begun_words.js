// A field for words to others: what was typed and not sent is there again.

import {keepWords, wordsOf} from '../store/drafts.js';
import {el} from './made.js';

const LONGEST = 4000;  // letters, as the service has it


/**
 * `sent` once they are.
 * @param {import('../app.js').App} app @param {string} about @param {import('./made.js').Properties} [more]
 */
export async function begunWords({store, server}, about, more) {
  const whose = `${server.me?.id} ${about}`, text = el('textarea', {rows: 2, maxLength: LONGEST, value: await wordsOf(store, whose), ...more});
  text.oninput = () => keepWords(store, whose, text.value);
  return {text, sent: () => keepWords(store, whose, '')};
}
