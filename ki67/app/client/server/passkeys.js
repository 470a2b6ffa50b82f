// Passkeys: the device signs what the service asks for. Browsers without them show none of it.

/** @typedef {import('./api.js').Server} Server */

/** @type {any} */
const Credential = globalThis.PublicKeyCredential;


/** Whether this browser has them. */
export function hasPasskeys() { return typeof Credential?.parseRequestOptionsFromJSON === 'function'; }


/** @param {Server} server */
export async function signInByPasskey(server) {
  const {challenge_id, options} = await server.passkeySignInOptions();
  const credential = /** @type {any} */ (await navigator.credentials.get({publicKey: Credential.parseRequestOptionsFromJSON(options)}));
  await server.signInByPasskey(challenge_id, credential.toJSON());
}


/** @param {Server} server @param {string} name of the device, for its owner */
export async function addPasskey(server, name) {
  const {challenge_id, options} = await server.newPasskeyOptions();
  const credential = /** @type {any} */ (await navigator.credentials.create({publicKey: Credential.parseCreationOptionsFromJSON(options)}));
  return server.addPasskey(challenge_id, name, credential.toJSON());
}


/** Somebody changed their mind, or the device has no key for this service. @param {unknown} error */
export function wasLeft(error) { return error instanceof DOMException && ['NotAllowedError', 'AbortError', 'InvalidStateError'].includes(error.name); }
