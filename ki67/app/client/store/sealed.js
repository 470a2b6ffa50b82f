// Encryption at rest. A random key seals every row and picture; a key made from the passphrase wraps that one, so that
// another passphrase needs no second sealing. To be seen stay how many rows there are, how long, and which belong together.

import {areSealed, marked, unmarked} from './envelope.js';
import {read, written} from './written.js';
import {bytesJoined} from '../scorer/bytes.js';

/** @typedef {import('./envelope.js').Envelope} Envelope */
/**
 * What lies beside the rows. `wanted`: how they are to lie; `done`: whether all of them do.
 * @typedef {{id: string, salt: Uint8Array, rounds: number, wrapped: Uint8Array, wanted: 'sealed'|'open', done: boolean}} Lock
 */

const ROUNDS = 600_000;  // of PBKDF2 with SHA-256, as OWASP asks for; WebCrypto has nothing that costs memory
const AES = 'AES-GCM', NONCE = 12, SALT = 16, KEY_BITS = 256;
const WRAPPED = 'the key of this device';


/** What is kept here is encrypted, and no passphrase was given, or not the right one. */
export class Locked extends Error {}


/** @param {string} passphrase @returns {Promise<{lock: Lock, envelope: Envelope}>} */
export async function newLock(passphrase) {
  const raw = crypto.getRandomValues(new Uint8Array(KEY_BITS / 8)), id = crypto.randomUUID();
  return {lock: {id, ...await wrap(raw, passphrase), wanted: 'sealed', done: false}, envelope: await sealedEnvelope(raw, id)};
}


/** The same key under another passphrase. @param {Lock} lock @param {string} old @param {string} passphrase @returns {Promise<Lock>} */
export async function relocked(lock, old, passphrase) { return {...lock, ...await wrap(await unwrapped(lock, old), passphrase)}; }


/** @param {Lock} lock @param {string|undefined} passphrase @returns {Promise<Envelope>} */
export async function unlocked(lock, passphrase) {
  if (passphrase === undefined) throw new Locked('locked');
  return sealedEnvelope(await unwrapped(lock, passphrase), lock.id);
}


/** @param {Uint8Array} raw @param {string} passphrase @returns {Promise<Pick<Lock, 'salt'|'rounds'|'wrapped'>>} */
async function wrap(raw, passphrase) {
  const salt = crypto.getRandomValues(new Uint8Array(SALT));
  return {salt, rounds: ROUNDS, wrapped: await sealed(await keyFrom(passphrase, salt, ROUNDS), raw, WRAPPED)};
}


/** @param {Lock} lock @param {string} passphrase */
async function unwrapped({salt, rounds, wrapped}, passphrase) {
  const key = await keyFrom(passphrase, salt, rounds);
  return unsealed(key, wrapped, WRAPPED).catch(() => { throw new Locked('wrong'); });
}


/** However its letters were typed. @param {string} passphrase @param {Uint8Array} salt @param {number} iterations */
async function keyFrom(passphrase, salt, iterations) {
  const words = bytesOf(passphrase.normalize('NFKC')), base = await crypto.subtle.importKey('raw', words, 'PBKDF2', false, ['deriveKey']);
  return crypto.subtle.deriveKey({name: 'PBKDF2', hash: 'SHA-256', salt, iterations}, base, {name: AES, length: KEY_BITS}, false, ['encrypt', 'decrypt']);
}


/** Reads what lies open too: while all is being sealed there is both. @param {Uint8Array} raw @param {string} lock @returns {Promise<Envelope>} */
async function sealedEnvelope(raw, lock) {
  const key = await crypto.subtle.importKey('raw', raw, AES, false, ['encrypt', 'decrypt']);
  return {
    lock,
    row: async (row, place) => ({sealed: await sealed(key, bytesOf(written(row)), place)}),
    openRow: async (body, place) => 'open' in body ? body.open : read(new TextDecoder().decode(await unsealed(key, body.sealed, place))),
    bytes: async (bytes, place) => marked(await sealed(key, bytes, place)),
    openBytes: async (bytes, place) => areSealed(bytes) ? unsealed(key, unmarked(bytes), place) : bytes,
  };
}


/** Under a nonce of its own, which stands before it. @param {CryptoKey} key @param {Uint8Array} bytes @param {string} place */
async function sealed(key, bytes, place) {
  const iv = crypto.getRandomValues(new Uint8Array(NONCE));
  return bytesJoined([iv, new Uint8Array(await crypto.subtle.encrypt({name: AES, iv, additionalData: bytesOf(place)}, key, bytes))]);
}


/** @param {CryptoKey} key @param {Uint8Array} whole @param {string} place */
async function unsealed(key, whole, place) {
  const iv = whole.subarray(0, NONCE);
  return new Uint8Array(await crypto.subtle.decrypt({name: AES, iv, additionalData: bytesOf(place)}, key, whole.subarray(NONCE)));
}


/** @param {string} text */
function bytesOf(text) { return new TextEncoder().encode(text); }
