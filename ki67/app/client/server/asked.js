// One question to the service and its answer; refused in words and no answer at all are two things.

const JSON_KIND = 'application/json', PATIENCE = 20_000, NO_CONTENT = 204;


/** The service will not: the message is its own line. */
export class Declined extends Error {
  /** @param {string} line @param {number} status @param {number|null} retryAfter seconds */
  constructor(line, status, retryAfter) {
    super(line);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}


/** Nobody answered: no net, or the service is away. */
export class Offline extends Error {}


/** `patience` in milliseconds. @typedef {{method?: string, json?: unknown, bytes?: Blob, headers?: Record<string, string>, patience?: number}} Question */

/** The whole answer: one that is cut off in its middle is none. @param {URL} address @param {Question} question @returns {Promise<Response>} */
export async function asked(address, {method = 'GET', json, bytes, headers = {}, patience = PATIENCE}) {
  const body = json === undefined ? bytes : JSON.stringify(json), sent = new Headers(headers);
  if (json !== undefined) sent.set('Content-Type', JSON_KIND);
  const signal = AbortSignal.timeout(patience);
  const answer = await fetch(address, {method, body, headers: sent, cache: 'no-store', redirect: 'error', signal})
    .then(whole).catch(() => { throw new Offline(); });
  if (!answer.ok) throw await declined(answer);
  return answer;
}


/** @param {Response} answer */
async function whole(answer) { return new Response(answer.status === NO_CONTENT ? null : await answer.blob(), answer); }


/** @param {Response} answer */
async function declined(answer) {
  const problem = await answer.json().catch(() => null), wait = Number(answer.headers.get('Retry-After')) || null;
  return new Declined(problem?.detail ?? `${answer.status} ${answer.statusText}`, answer.status, wait);
}
