// Which screen an address means: a file of `screens/`, loaded when it is first needed.

/** @typedef {{screen: string, argument?: string}} Route */

/** @type {[RegExp, string][]} */
const SCREENS = [
  [/^#\/cases$/, 'cases'],
  [/^#\/case\/([\w-]+)$/, 'case'],
  [/^#\/case\/([\w-]+)\/add$/, 'capture'],
  [/^#\/case\/([\w-]+)\/save$/, 'save'],
  [/^#\/case\/([\w-]+)\/assign$/, 'assign'],
  [/^#\/picture\/([\w-]+)$/, 'preview'],
  [/^#\/picture\/([\w-]+)\/blind$/, 'blind'],
  [/^#\/picture\/([\w-]+)\/beside$/, 'beside'],
  [/^#\/picture\/([\w-]+)\/cells$/, 'cells'],
  [/^#\/picture\/([\w-]+)\/result$/, 'result'],
  [/^#\/scale$/, 'scale'],
  [/^#\/settings$/, 'settings'],
  [/^#\/sign-in$/, 'sign_in'],
  [/^#link=(.+)$/, 'sign_in'],
  [/^#\/inbox$/, 'inbox'],
  [/^#\/opinion\/(\w+)$/, 'opinion'],
  [/^#\/contacts$/, 'contacts'],
  [/^#\/agreement$/, 'agreement'],
];

/** What cannot be read leads home. @param {string} hash @returns {Route} */
export function routeOf(hash) {
  for (const [pattern, screen] of SCREENS) {
    const match = pattern.exec(hash);
    if (match) return {screen, argument: match[1]};
  }
  return {screen: 'cases'};
}


/** `sign_in` is made by `signInScreen`. @param {string} screen */
export function makerOf(screen) { return `${screen.replace(/_(\w)/g, (_, letter) => letter.toUpperCase())}Screen`; }
