// A case file: cases with their pictures, results and opinions as one zip, from one device to another and from a host's page
// to a service's. Taken in twice it adds nothing, and no opinion is ever lost to another.

import {checkedCase, checkedPicture, checkedProfile, checkedResult, checkedReview, list} from './checked.js';
import {sha256, uuid5} from './hashes.js';
import {read, written} from './written.js';
import {otherThan} from './device.js';
import {opened, zipped} from './zip.js';
import {headerOf} from '../scorer/header.js';
import {Refused} from '../scorer/refused.js';
import {stripped} from '../scorer/stripped.js';

/** @typedef {import('./device.js').Store} Store */
/** @typedef {import('./zip.js').Part} Part */
/** @typedef {import('./zip.js').Opened} Opened */
/** @typedef {import('../values.js').Case} Case */
/** @typedef {import('../values.js').Picture} Picture */
/** @typedef {import('../values.js').Result} Result */
/** @typedef {import('../values.js').Review} Review */
/** What lies in `cases/ID.json`. @typedef {{version: number, case: Case, pictures: Picture[], results: Result[], reviews: Review[]}} Content */
/** How much was new. @typedef {{cases: number, pictures: number, reviews: number}} Taken */

const VERSION = 1, PROFILES = 'profiles.json', CASE = /^cases\/.*\.json$/;
const ENDINGS = {'image/jpeg': 'jpg', 'image/png': 'png'};


/** One case, to go on with elsewhere. @param {Store} store @param {Case} row */
export function caseFile(store, row) { return zipped(partsOf(store, row)); }


/** One case as another reader should get it: nothing that anybody or anything found. @param {Store} store @param {Case} row */
export function picturesFile(store, row) { return zipped(partsOf(store, row, bare)); }


/** All that is kept here. @param {Store} store */
export function everythingFile(store) {
  return zipped((async function* () {
    yield {name: PROFILES, bytes: bytesOf({version: VERSION, profiles: await store.profiles()})};
    for (const row of await store.cases()) yield* partsOf(store, row);
  })());
}


/** @param {Store} store @param {Case} row @param {(content: Content) => Content} [told] @returns {AsyncGenerator<Part>} */
async function* partsOf(store, row, told = content => content) {
  const pictures = await store.pictures(row.id);
  const results = (await Promise.all(pictures.map(({id}) => store.result(id)))).flatMap(each => each ?? []);
  const reviews = (await Promise.all(pictures.map(({id}) => store.opinions(id)))).flat(), name = await store.reader() || null;
  const named = reviews.map(review => ({...unsent(review), by: review.by ?? name}));
  yield {name: `cases/${row.id}.json`, bytes: bytesOf(told({
    version: VERSION, case: unsent(row), pictures: pictures.map(unsent), results, reviews: named,
  }))};
  for (const picture of pictures) yield {name: pixelsName(picture), bytes: new Uint8Array(await (await store.pixels(picture.id)).arrayBuffer())};
}


/** @param {Content} content @returns {Content} */
function bare(content) {
  return {...content, pictures: content.pictures.map(picture => ({...picture, state: 'new', why: null})), results: [], reviews: []};
}


/** @param {Picture} picture */
function pixelsName({hash, kind}) { return `pictures/${hash}.${ENDINGS[/** @type {keyof typeof ENDINGS} */ (kind)]}`; }


/** @param {Store} store @param {Blob} file @returns {Promise<Taken>} */
export async function takeFile(store, file) {
  const zip = await opened(file), cases = zip.names.filter(name => CASE.test(name)), taken = {cases: 0, pictures: 0, reviews: 0};
  if (!cases.length && !zip.names.includes(PROFILES)) throw new Refused('notACaseFile');
  for (const name of cases) await takeCase(store, zip, await contentIn(zip, name), taken);
  if (zip.names.includes(PROFILES)) for (const row of list((await contentIn(zip, PROFILES)).profiles)) await store.putProfile(checkedProfile(row));
  return taken;
}


/** @param {Store} store @param {Opened} zip @param {any} content @param {Taken} taken */
async function takeCase(store, zip, content, taken) {
  const row = checkedCase(content.case), results = list(content.results).map(checkedResult), reviews = list(content.reviews).map(checkedReview);
  if (!await store.case(row.id)) {
    await store.putCase(row);
    taken.cases++;
  }
  for (const given of list(content.pictures)) {
    const {id} = checkedPicture(given), picture = await takePicture(store, zip, row.id, given, taken);
    const result = results.find(each => each.picture === id);
    if (result && !await store.result(picture.id)) await takeResult(store, given, picture, result);
    for (const review of reviews.filter(each => each.picture === id)) taken.reviews += Number(await takeReview(store, {...review, picture: picture.id}));
  }
}


/** What a picture's bytes tell is believed, not what the file says of it. @param {Store} store @param {Opened} zip @param {string} caseId @param {any} given @param {Taken} taken */
async function takePicture(store, zip, caseId, given, taken) {
  const bytes = stripped(await zip.read(pixelsName(given))), {kind, width, height} = headerOf(bytes), hash = await sha256(bytes);
  const told = checkedPicture(given), there = await store.picture(told.id), isThis = there?.case === caseId && there.hash === hash;
  const id = there && !isThis ? crypto.randomUUID() : told.id;
  const picture = await store.takePicture({...told, id, case: caseId, hash, kind, width, height, state: 'new', why: null, remote: null}, bytes);
  taken.pictures += Number(!isThis && picture.id === id);
  return picture;
}


/** With the scale and the square that its picture has; where these were changed since, it is still to be counted anew. @param {Store} store @param {any} given @param {Picture} picture @param {Result} result */
async function takeResult(store, given, picture, result) {
  const {umPerPx, square} = checkedPicture(given), state = given.state === 'counted' ? 'counted' : 'new';
  await store.putResult({...result, picture: picture.id});
  await store.putPicture({...picture, umPerPx, square, state, why: null});
}


/** Beside the others, unless it is there already; where another has its id, under one that follows from what it says. @param {Store} store @param {Review} given */
async function takeReview(store, given) {
  const review = {...given, by: otherThan(await store.reader(), given.by)}, said = saying(review);
  if ((await store.opinions(review.picture)).some(each => saying(each) === said)) return false;
  if (await store.addReview(review)) return true;
  return store.addReview({...review, id: await uuid5(said)});
}


/** All of an opinion but its ids, and the name of its reader, who may be called otherwise by now. @param {Review} review */
function saying(review) { return written({...checkedReview(review), id: '', by: null}); }


/** @param {Opened} zip @param {string} name */
async function contentIn(zip, name) {
  const content = await zip.read(name).then(bytes => read(new TextDecoder().decode(bytes))).catch(unreadable);
  if (content?.version > VERSION) throw new Refused('newerFile');
  return content?.version === VERSION ? content : unreadable(new SyntaxError());
}


/** @param {unknown} error @returns {never} */
function unreadable(error) { throw error instanceof SyntaxError || error instanceof TypeError ? new Refused('notACaseFile') : error; }


/** @param {object} content */
function bytesOf(content) { return new TextEncoder().encode(written(content)); }


/** Where else something is kept means nothing on another device. @template {{remote: string|null}} Row @param {Row} row @returns {Row} */
function unsent(row) { return {...row, remote: null}; }
