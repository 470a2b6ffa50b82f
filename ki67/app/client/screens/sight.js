// Blind means blind: who may see what the network found.

/** @typedef {import('../values.js').Picture} Picture @typedef {import('../store/device.js').Store} Store */
/** `seen`: the network's answer, or another reader's, may have been seen already. @typedef {{maySee: boolean, seen: boolean}} Sight */

/**
 * In a case that is read blind the network's answer is shown when one's own opinion is in, in others at once.
 * @param {Store} store @param {Picture} picture @returns {Promise<Sight>}
 */
export async function sightOf(store, picture) {
  const [found, opinions, result] = await Promise.all([store.case(picture.case), store.opinions(picture.id), store.result(picture.id)]);
  const maySee = !found?.blind || opinions.some(({by}) => !by);
  return {maySee, seen: maySee && (result !== null || opinions.some(({by}) => by))};
}


/** Where one goes to see what was found in a picture: to its result, or first to one's own count. @param {Store} store @param {Picture} picture */
export async function wayTo(store, picture) {
  return `#/picture/${picture.id}/${(await sightOf(store, picture)).maySee ? 'result' : 'blind'}`;
}
