// What of this device is not on the server yet.

import {serverId, written} from './written.js';
import {Refused} from '../scorer/refused.js';
import {sha256} from '../store/hashes.js';
import {lookedAt} from '../store/looked_at.js';

/** @typedef {import('../values.js').Case} Case @typedef {import('../values.js').Picture} Picture @typedef {import('../values.js').Review} Review */
/** @typedef {import('../store/device.js').Store} Store @typedef {import('./api.js').Server} Server */
/**
 * `id` of what it is about on this device; `isOpinion` on a picture that is there, where its answers could be seen before.
 * @typedef {{id: string, name: string, isOpinion: boolean, send: () => Promise<void>}} Parcel
 */

const PART = 1_000_000;  // bytes: what is sent again after a cut, at most


export class Parcels {
  /** @param {Store} store @param {Server} server @param {Set<string>} unscaled pictures that were sent before anybody knew their scale */
  constructor(store, server, unscaled) {
    this.store = store;
    this.server = server;
    this.unscaled = unscaled;
  }

  /** In the order in which they have to go. @returns {Promise<Parcel[]>} */
  async waiting() {
    const found = [];
    for (const each of await this.store.cases())
      for (const picture of await this.store.pictures(each.id))
        found.push(...this.#ofPicture(each, picture, await this.store.reviews(picture.id)));
    return found;
  }

  /** A picture that nobody counted may still be thrown away. @param {Case} each @param {Picture} picture @param {Review[]} reviews @returns {Parcel[]} */
  #ofPicture({id: caseId, name}, {id, remote, state, umPerPx}, reviews) {
    const found = /** @type {Parcel[]} */ ([]), isThere = remote !== null;
    if (!isThere && (state === 'counted' || reviews.length)) found.push({id, name, isOpinion: false, send: () => this.#sendPicture(caseId, id)});
    if (isThere && umPerPx && this.unscaled.has(id))
      found.push({id: `${id} scale`, name, isOpinion: false, send: () => this.#sendScale(id, remote, umPerPx)});
    for (const review of reviews.filter(each => !each.remote))
      found.push({id: review.id, name, isOpinion: isThere, send: () => this.#sendReview(id, review)});
    return found;
  }

  /** @param {string} caseId @param {string} pictureId */
  async #sendPicture(caseId, pictureId) {
    const remoteCase = await this.#sendCase(caseId), picture = remoteCase && await this.store.picture(pictureId);
    if (!picture) throw new Refused('gone');
    const file = await lookedAt(picture, await this.store.pixels(pictureId));
    const sent = await this.#sendFile(remoteCase, file, picture.umPerPx), now = await this.store.picture(pictureId);
    if (!picture.umPerPx) this.unscaled.add(pictureId);
    if (now) await this.store.putPicture({...now, square: picture.square, remote: sent.id});  // from now on the part stays
  }

  /** What is on this device is meant to stay. @param {string} caseId @returns {Promise<string|null>} its id there */
  async #sendCase(caseId) {
    const each = await this.store.case(caseId);
    if (!each || each.remote) return each && each.remote;
    const {id} = await this.server.openCase({id: serverId(caseId), name: each.name, blind: each.blind});
    await this.server.saveCase(id);
    const now = await this.store.case(caseId);
    if (now) await this.store.putCase({...now, remote: id});
    return id;
  }

  /** Goes on where it was cut. @param {string} remoteCase @param {Blob} file @param {number|null} um_per_px */
  async #sendFile(remoteCase, file, um_per_px) {
    const hash = await sha256(new Uint8Array(await file.arrayBuffer()));
    let upload = await this.server.announce(remoteCase, {sha256: hash, bytes: file.size, um_per_px});
    while (!upload.picture)
      upload = await this.server.sendPart(/** @type {string} */ (upload.id), upload.received, file.slice(upload.received, upload.received + PART));
    return upload.picture;
  }

  /** @param {string} id @param {string} remote @param {number} umPerPx */
  async #sendScale(id, remote, umPerPx) {
    await this.server.giveScale(remote, umPerPx);
    this.unscaled.delete(id);
  }

  /** Waits for its picture. @param {string} pictureId @param {Review} review */
  async #sendReview(pictureId, review) {
    const picture = await this.store.picture(pictureId);
    if (!picture?.remote) throw new Refused('gone');
    await this.store.sentReview(review.id, (await this.server.giveReview(picture.remote, written(review, picture))).id);
  }
}
