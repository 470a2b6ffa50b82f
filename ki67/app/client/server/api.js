// The service that served this page, by its own addresses. In the book there is none, and nothing is asked.

import {Declined, Offline, asked} from './asked.js';

/** @typedef {import('./views.js').Me} Me @typedef {import('./views.js').Person} Person @typedef {import('./views.js').Account} Account */
/** @typedef {import('./views.js').Link} Link @typedef {import('./views.js').ServerCase} ServerCase @typedef {import('./views.js').Upload} Upload */
/** @typedef {import('./views.js').ServerPicture} ServerPicture @typedef {import('./views.js').NewReview} NewReview */
/** @typedef {import('./views.js').ServerReview} ServerReview @typedef {import('./views.js').PictureResult} PictureResult */
/** @typedef {import('./views.js').CaseResult} CaseResult @typedef {import('./views.js').Assignment} Assignment */
/** @typedef {import('./views.js').Comment} Comment @typedef {import('./views.js').Pair} Pair @typedef {import('./views.js').Passkey} Passkey */
/** @typedef {{challenge_id: string, options: object}} Challenge */
/** @typedef {import('./asked.js').Question} Question */

const AT_THE_DOOR = 3_000, FOR_FILES = 120_000;  // milliseconds of patience: a page does not wait for a server to show itself
const ADDRESSES = new URL('../v1/', import.meta.url), HOME = 'meta[name="ki67-home"][content="service"]', NOT_SIGNED_IN = 401;


export class Server {
  /** Whoever is signed in. @type {Me|null} */ me = null;
  /** Whether it answered the last time. */ reachable = false;
  /** @type {Set<() => void>} */ #listeners = new Set();

  /** @param {boolean} available @param {URL} [addresses] */
  constructor(available, addresses = ADDRESSES) {
    this.available = available;
    this.addresses = addresses;
  }

  /** The one that served this page, where one did. */
  static async find() {
    const server = new Server(document.querySelector(HOME) !== null);
    if (server.available) await server.look();
    return server;
  }

  /** Who is signed in, if it answers. */
  async look() {
    try {
      this.#signedIn(await this.#read('me', {patience: AT_THE_DOOR}));
    } catch (error) {
      if (!(error instanceof Offline || error instanceof Declined)) throw error;
    }
  }

  /** Hear of who comes and goes. @param {() => void} listener @returns {() => void} ends it */
  watch(listener) {
    this.#listeners.add(listener);
    return () => { this.#listeners.delete(listener); };
  }

  /** @param {string} login @param {string} password */
  async signIn(login, password) { this.#signedIn(await this.#read('session', {method: 'POST', json: {login, password}})); }

  /** Here, or in every browser. @param {boolean} everywhere */
  async signOut(everywhere) {
    await this.#ask(everywhere ? 'sessions' : 'session', {method: 'DELETE'});
    this.#signedIn(null);
  }

  /** A newcomer also chooses a login and gives a name. @param {string} token @param {{password: string, login?: string, name?: string}} chosen @returns {Promise<Me>} */
  openLink(token, chosen) { return this.#read('links/open', {method: 'POST', json: {token, ...chosen}}); }

  /** @returns {Promise<Challenge>} */
  passkeySignInOptions() { return this.#read('passkeys/sign-in-options', {method: 'POST'}); }

  /** @param {string} challenge_id @param {object} credential */
  async signInByPasskey(challenge_id, credential) {
    this.#signedIn(await this.#read('passkeys/sign-in', {method: 'POST', json: {challenge_id, credential}}));
  }

  /** @returns {Promise<Challenge>} */
  newPasskeyOptions() { return this.#read('passkeys/register-options', {method: 'POST'}); }

  /** @param {string} challenge_id @param {string} name @param {object} credential @returns {Promise<Passkey>} */
  addPasskey(challenge_id, name, credential) { return this.#read('passkeys', {method: 'POST', json: {challenge_id, name, credential}}); }

  /** @returns {Promise<Passkey[]>} */
  passkeys() { return this.#read('passkeys'); }

  /** @param {string} id */
  forgetPasskey(id) { return this.#ask(`passkeys/${id}`, {method: 'DELETE'}); }

  /** For administrators. @returns {Promise<Account[]>} */
  accounts() { return this.#read('accounts'); }

  /** @param {string} id @param {{disabled: boolean}} change @returns {Promise<Account>} */
  changeAccount(id, change) { return this.#read(`accounts/${id}`, {method: 'PATCH', json: change}); }

  /** @param {{kind: 'invitation', administrator: boolean}|{kind: 'reset', account_id: string}} link @returns {Promise<Link>} */
  newLink(link) { return this.#read('accounts/links', {method: 'POST', json: link}); }

  /** @param {{id: string, name: string, blind: boolean}} wanted @returns {Promise<ServerCase>} */
  openCase(wanted) { return this.#read('cases', {method: 'POST', json: wanted}); }

  /** A case that nobody saves is dropped after some days. @param {string} id @returns {Promise<ServerCase>} */
  saveCase(id) { return this.#read(`cases/${id}`, {method: 'PATCH', json: {saved: true}}); }

  /** One's own, the newest first. @returns {Promise<ServerCase[]>} */
  cases() { return this.#pages('cases', 'cases'); }

  /** @param {string} id @returns {Promise<ServerCase>} */
  case(id) { return this.#read(`cases/${id}`); }

  /** All of a case, however many. @param {string} id @returns {Promise<ServerPicture[]>} */
  pictures(id) { return this.#pages(`cases/${id}/pictures`, 'pictures'); }

  /** @param {string} id @returns {Promise<Blob>} */
  async pixels(id) { return (await this.#ask(`pictures/${id}/file`, {patience: FOR_FILES})).blob(); }

  /** @param {string} id @returns {Promise<Blob>} */
  async smallPixels(id) { return (await this.#ask(`pictures/${id}/thumbnail`)).blob(); }

  /** Begins, or goes on where it was cut. @param {string} caseId @param {{sha256: string, bytes: number, um_per_px: number|null}} file @returns {Promise<Upload>} */
  announce(caseId, file) { return this.#read(`cases/${caseId}/uploads`, {method: 'POST', json: file}); }

  /** @param {string} uploadId @param {number} offset @param {Blob} part @returns {Promise<Upload>} */
  sendPart(uploadId, offset, part) {
    const headers = {'Upload-Offset': String(offset), 'Content-Type': 'application/octet-stream'};
    return this.#read(`uploads/${uploadId}`, {method: 'PATCH', bytes: part, headers, patience: FOR_FILES});
  }

  /** @param {string} pictureId @param {number} um_per_px @returns {Promise<ServerPicture>} */
  giveScale(pictureId, um_per_px) { return this.#read(`pictures/${pictureId}`, {method: 'PATCH', json: {um_per_px}}); }

  /** The same one again, by its id, is kept once. @param {string} pictureId @param {NewReview} review @returns {Promise<ServerReview>} */
  giveReview(pictureId, review) { return this.#read(`pictures/${pictureId}/reviews`, {method: 'POST', json: review}); }

  /** @param {string} pictureId @returns {Promise<ServerReview[]>} */
  reviews(pictureId) { return this.#read(`pictures/${pictureId}/reviews`); }

  /** What the network found: from then on no opinion is a blind one. @param {string} pictureId @returns {Promise<PictureResult>} */
  result(pictureId) { return this.#read(`pictures/${pictureId}/result`); }

  /** Its cells, as QuPath opens them: seen as its figures are. @param {string} pictureId @returns {Promise<{features: any[]}>} */
  cells(pictureId) { return this.#read(`pictures/${pictureId}/cells.geojson`, {patience: FOR_FILES}); }

  /** Those that a reader marked. @param {string} reviewId @returns {Promise<{features: any[]}>} */
  reviewCells(reviewId) { return this.#read(`reviews/${reviewId}/cells.geojson`, {patience: FOR_FILES}); }

  /** @param {string} caseId @returns {Promise<CaseResult>} */
  caseResult(caseId) { return this.#read(`cases/${caseId}/result`); }

  /** @param {string} login @returns {Promise<Person>} */
  person(login) { return this.#read(`people?${new URLSearchParams({login})}`); }

  /** @returns {Promise<Person[]>} */
  contacts() { return this.#read('contacts'); }

  /** @param {string} id @returns {Promise<Person>} */
  addContact(id) { return this.#read(`contacts/${id}`, {method: 'PUT'}); }

  /** @param {string} id */
  removeContact(id) { return this.#ask(`contacts/${id}`, {method: 'DELETE'}); }

  /** What others asked one for. @returns {Promise<Assignment[]>} */
  inbox() { return this.#pages('assignments', 'assignments'); }

  /** @param {string} caseId @returns {Promise<Assignment[]>} */
  assignments(caseId) { return this.#read(`cases/${caseId}/assignments`); }

  /** @param {string} caseId @param {{to_id: string, blind: boolean, message: string}} asked @returns {Promise<Assignment>} */
  assign(caseId, asked) { return this.#read(`cases/${caseId}/assignments`, {method: 'POST', json: asked}); }

  /** @param {string} id @returns {Promise<Assignment>} */
  finish(id) { return this.#read(`assignments/${id}/done`, {method: 'POST'}); }

  /** @param {string} id */
  takeBack(id) { return this.#ask(`assignments/${id}`, {method: 'DELETE'}); }

  /** @param {string} caseId @returns {Promise<Comment[]>} */
  comments(caseId) { return this.#read(`cases/${caseId}/comments`); }

  /** @param {string} caseId @param {string} text @returns {Promise<Comment>} */
  comment(caseId, text) { return this.#read(`cases/${caseId}/comments`, {method: 'POST', json: {text}}); }

  /** @returns {Promise<Pair[]>} */
  agreement() { return this.#read('agreement'); }

  /** Every page of a list. @param {string} path @param {string} name @returns {Promise<any[]>} */
  async #pages(path, name) {
    const found = [];
    for (let page = {after: ''}; page.after !== null;) {
      page = await this.#read(page.after ? `${path}?after=${page.after}` : path);
      found.push(.../** @type {any} */ (page)[name]);
    }
    return found;
  }

  /** @param {string} path @param {Question} [question] @returns {Promise<any>} */
  async #read(path, question) { return (await this.#ask(path, question)).json(); }

  /** @param {string} path @param {Question} [question] */
  async #ask(path, question = {}) {
    try {
      const answer = await asked(new URL(path, this.addresses), question);
      this.#heard(true);
      return answer;
    } catch (error) {
      this.#heard(!(error instanceof Offline));
      if (error instanceof Declined && error.status === NOT_SIGNED_IN) this.#signedIn(null);
      throw error;
    }
  }

  /** @param {boolean} answered */
  #heard(answered) {
    if (this.reachable === answered) return;
    this.reachable = answered;
    this.#tell();
  }

  /** @param {Me|null} me */
  #signedIn(me) {
    if (this.me?.id === me?.id) return;
    this.me = me;
    this.#tell();
  }

  #tell() { for (const listener of this.#listeners) listener(); }
}
