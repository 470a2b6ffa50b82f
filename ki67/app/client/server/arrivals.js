// A case of one's own that was made elsewhere, brought from the server: from then on it is on this device as on the other one.
// What the server keeps back from a blind reader is not asked for. Brought again, it adds what is missing.

import {cellsIn} from '../exports/geojson.js';
import {headerOf} from '../scorer/header.js';
import {Refused} from '../scorer/refused.js';
import {stripped} from '../scorer/stripped.js';
import {dashed, sha256} from '../store/hashes.js';
import {inWhole} from '../store/looked_at.js';

/** @typedef {import('../values.js').Picture} Picture @typedef {import('../values.js').Result} Result @typedef {import('../values.js').Review} Review */
/** @typedef {import('../store/device.js').Store} Store @typedef {import('./api.js').Server} Server */
/** @typedef {import('./views.js').ServerCase} ServerCase @typedef {import('./views.js').ServerPicture} ServerPicture @typedef {import('./views.js').ServerReview} ServerReview */
/** `unscaled`: pictures whose scale nobody knows; `left`: how many this page cannot read. @typedef {{unscaled: string[], left: number}} Brought */


/** @param {ServerCase} there */
export function idHere({id}) { return dashed(id); }


/** Cases of which pictures are missing here, and how many are here. @param {Store} store @param {ServerCase[]} cases */
export async function lacking(store, cases) {
  const found = await Promise.all(cases.map(async there => ({there, here: (await store.pictures(idHere(there))).length})));
  return found.filter(({there, here}) => here < there.n_pictures);
}


/** @param {Store} store @param {Server} server @param {ServerCase} there @returns {Promise<Brought>} */
export async function bring(store, server, there) {
  const id = idHere(there), made = timeOf(there.created_at), brought = /** @type {Brought} */ ({unscaled: [], left: 0});
  const here = await store.case(id) ?? {id, name: there.name ?? '', made, blind: there.blind, cutOffs: /** @type {const} */ ('paper')};
  await store.putCase({...here, remote: there.id});
  for (const picture of await server.pictures(there.id)) {
    const kept = picture.kind === 'field' && await bringPicture(store, server, id, picture);
    if (!kept) brought.left++;
    else await bringAnswers(store, server, kept, picture, !there.blind || picture.said === true);
    if (kept && !kept.umPerPx) brought.unscaled.push(kept.id);
  }
  return brought;
}


/** Its bytes, unless they are here; null where this page cannot read them. @param {Store} store @param {Server} server @param {string} caseId @param {ServerPicture} there */
async function bringPicture(store, server, caseId, there) {
  const before = (await store.pictures(caseId)).find(({hash, remote}) => remote === there.id || hash === there.sha256);
  try {
    const picture = before ?? await taken(store, server, caseId, there);
    await store.putPicture({...picture, remote: there.id});
    return {...picture, remote: there.id};
  } catch (error) {
    if (error instanceof Refused && error.code === 'tiff') return null;
    throw error;
  }
}


/** @param {Store} store @param {Server} server @param {string} caseId @param {ServerPicture} there @returns {Promise<Picture>} */
async function taken(store, server, caseId, there) {
  const given = new Uint8Array(await (await server.pixels(there.id)).arrayBuffer());
  if (await sha256(given) !== there.sha256) throw new Refused('otherBytes');
  const {kind, width, height} = headerOf(given), bytes = stripped(given), hash = await sha256(bytes);
  return store.takePicture({
    id: dashed(there.id), case: caseId, hash, kind, width, height, taken: timeOf(there.created_at), umPerPx: there.um_per_px, square: null,
    state: 'new', why: null, remote: there.id,
  }, bytes);
}


/** What the network found, if it may be seen, and the opinions that may. @param {Store} store @param {Server} server @param {Picture} picture @param {ServerPicture} there @param {boolean} maySee */
async function bringAnswers(store, server, picture, there, maySee) {
  if (maySee && there.state === 'scored' && picture.state === 'new' && !picture.square) {
    await store.putResult(await resultOf(server, picture.id, there.id));
    await store.putPicture({...picture, state: 'counted', why: null});
  }
  const known = new Set((await store.opinions(picture.id)).map(({remote}) => remote)), name = await store.reader();
  for (const review of await server.reviews(there.id))
    if (!known.has(review.id)) await store.addReview(await reviewOf(server, picture, review, name));
}


/** @param {Server} server @param {string} picture @param {string} remote @returns {Promise<Result>} */
async function resultOf(server, picture, remote) {
  const {created_at, um_per_px, hot_spot, warnings, network, error} = await server.result(remote);
  return {
    picture, made: timeOf(created_at), cells: cellsIn(await server.cells(remote)), umPerPx: um_per_px, scaleKnown: true, hotSpot: hot_spot,
    warnings: warnings.map(line => ({code: 'told', line})), network, error, milliseconds: null,
  };
}


/** Of another reader who is called as this one, the login tells them apart. @param {Server} server @param {Picture} picture @param {ServerReview} said @param {string} name @returns {Promise<Review>} */
async function reviewOf(server, picture, said, name) {
  const by = said.by.id === server.me?.id ? null : said.by.name === name ? said.by.login : said.by.name;
  const cells = said.kind === 'cells' ? inWhole(picture, cellsIn(await server.reviewCells(said.id))) : null;
  return {
    id: dashed(said.id), picture: picture.id, made: timeOf(said.created_at), kind: said.kind === 'share' ? 'estimate' : said.kind,
    nPositive: said.n_positive, nNegative: said.n_negative, estimate: said.estimate, cells, startedFrom: said.started_from,
    blind: said.blind, comment: said.comment, by, remote: said.id,
  };
}


/** @param {string|null} time of ISO 8601 */
function timeOf(time) { return time ? Date.parse(time) : 0; }
