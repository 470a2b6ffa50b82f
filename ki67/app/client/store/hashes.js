// Names that follow from what they name.

import {bytesJoined} from '../scorer/bytes.js';

const NAMESPACE_URL = '6ba7b8119dad11d180b400c04fd430c8';


/** In hexadecimal digits. @param {Uint8Array} bytes */
export async function sha256(bytes) { return digits(await hashed('SHA-256', bytes)); }


/** An id that follows from a name, as Python's `uuid5` of an address (RFC 9562, version 5). @param {string} name */
export async function uuid5(name) {
  const space = Uint8Array.from(NAMESPACE_URL.match(/../g) ?? [], byte => parseInt(byte, 16));
  const hash = (await hashed('SHA-1', bytesJoined([space, new TextEncoder().encode(name)]))).slice(0, 16);
  hash[6] = hash[6] & 0x0f | 0x50;
  hash[8] = hash[8] & 0x3f | 0x80;
  return dashed(digits(hash));
}


/** 32 hexadecimal digits as an id is written here. @param {string} digits */
export function dashed(digits) { return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'); }


/** @param {'SHA-1'|'SHA-256'} way @param {Uint8Array} bytes */
async function hashed(way, bytes) { return new Uint8Array(await crypto.subtle.digest(way, bytes)); }


/** @param {Uint8Array} bytes */
function digits(bytes) { return [...bytes].map(byte => byte.toString(16).padStart(2, '0')).join(''); }
