// Blind means blind: who may see what the network found.

/** @typedef {import('../values.js').Picture} Picture @typedef {import('../store/device.js').Store} Store */
/** `seen`: the network's answer may have been seen already. @typedef {{maySee: boolean, seen: boolean}} Sight */

/**
 * In a case that is read blind the network's answer is shown when one's own opinion is in, in others at once.
 * @param {Store} store @param {Picture} picture @returns {Promise<Sight>}
 */
export async function sightOf(store, picture) {
  const [found, reviews, result] = await Promise.all([store.case(picture.case), store.reviews(picture.id), store.result(picture.id)]);
  const maySee = !found?.blind || reviews.length > 0;
  return {maySee, seen: maySee && result !== null};
}


/** Where one goes to see what was found in a picture: to its result, or first to one's own count. @param {Store} store @param {Picture} picture */
export async function wayTo(store, picture) {
  return `#/picture/${picture.id}/${(await sightOf(store, picture)).maySee ? 'result' : 'blind'}`;
}
