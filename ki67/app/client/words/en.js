// Every string that a person sees. To translate, copy this file. A value is a line, or a function of values that gives one.
// One section a screen or room.

/** @param {number} count @param {string} thing */
const counted = (count, thing) => `${count.toLocaleString('en')} ${thing}${count === 1 ? '' : 's'}`;

/** @typedef {Record<string, any>} Values */

export const words = {
  app: {
    titleOf: (/** @type {string} */ title) => `${title} · Ki-67`,
    skip: 'Skip to the content',
    back: 'Back',
    failed: (/** @type {string} */ why) => `That did not work: ${why}`,
    notKept: 'This page is not kept for hours without a net: there is no service worker here.',
    researchUse: 'Research use only. Not for diagnosis.',
  },

  places: {cases: 'Cases', scale: 'Scale', inbox: 'Inbox', settings: 'Settings'},

  unlock: {
    title: 'Locked',
    line: 'What is kept on this device is encrypted. Without the passphrase nobody can read it, and nobody can restore it.',
    phrase: 'Passphrase',
    open: 'Open',
    wrong: 'This is not the passphrase. Try again.',
  },

  cases: {
    title: 'Cases',
    none: 'No case yet. A case is one tumour: one or more fields of view, counted together.',
    add: 'New case',
    name: 'Name',
    nameHint: 'Only for you. Write no patient’s name.',
    cutOffs: 'Low, borderline and high are divided at',
    blind: 'Count blind first',
    blindHint: 'The network’s count is hidden until you gave your own. This cannot be changed later.',
    create: 'Create',
    cancel: 'Cancel',
    pictures: (/** @type {number} */ n) => n === 1 ? '1 field' : `${n} fields`,
    counted: (/** @type {number} */ n, /** @type {number} */ of) => n === of ? 'all counted' : `${n} counted`,
    isBlind: 'blind',
  },

  cutOffs: {paper: '10 and 20 %', consensus: '16 and 30 %'},

  capture: {},

  preview: {},

  focus: {},

  scale: {},

  result: {},

  blind: {},

  cells: {},

  save: {},

  settings: {},

  signIn: {},

  inbox: {},

  contacts: {},

  agreement: {},

  assign: {},

  /** Why a picture or a file is not taken, by the code of a `Refused`. */
  refused: {
    empty: () => 'the file is empty; copy or export it again',
    notAPicture: () => 'not a picture that can be read, or cut off; export it again as jpg or png',
    heic: () => 'a picture as some telephones keep it (HEIC); save it as jpg, or set the camera to "most compatible"',
    tiff: () => 'a TIFF, which browsers do not show; save it as jpg or png, or count it with ki67 score',
    damaged: () => 'damaged or truncated; copy or export it again',
    tooManyBytes: (/** @type {Values} */ {most}) => `has more than ${counted(most, 'byte')}; cut it into smaller ones`,
    tooLarge: (/** @type {Values} */ {width, height, most}) =>
      `${width}×${height} are more than ${counted(most, 'pixel')}; cut it into smaller ones, or count it with ki67 score`,
    colours: (/** @type {Values} */ {what}) => `the picture is ${what}, not colour in 8 bits; save it as 8-bit RGB jpg or png`,
    transparent: () => 'is transparent in parts; lay it on white and save it without transparency',
    pages: (/** @type {Values} */ {pages}) =>
      `holds ${pages} pages, of which only the first would be read; save each page that is meant as a file of its own`,
    noScale: (/** @type {Values} */ {umPerPx}) => `${umPerPx} µm/px is no scale; give micrometres per pixel`,
    tooCoarse: (/** @type {Values} */ {umPerPx, times, network}) =>
      `${umPerPx} µm/px is more than ${times} times as coarse as the network's ${network}; correct the scale, or take the picture at a higher magnification`,
    tooSmall: (/** @type {Values} */ {width, height, umPerPx, least}) =>
      `${width}×${height} at ${umPerPx} µm/px; ${least} µm at least are needed`,
    full: () => 'there is no room left on this device for it; export and delete old cases, and try again',
    gone: () => 'this was deleted meanwhile, perhaps in another tab; go back to the cases',
    reload: () => 'in another tab the passphrase or the program has changed; load this page again',
    older: () => 'what is on this device was written by a newer version of this page; load the page again',
    forbidden: () => 'this browser lets the page keep nothing; leave the private mode, or allow it to keep data',
  },

  /** What to know about a count, by the code of a `Warning`. */
  warnings: {
    none: () => 'no tumour cells: the index is not defined',
    few: (/** @type {Values} */ {cells, enough}) => `${counted(cells, 'tumour cell')}, fewer than ${enough}`,
    likeHe: () => 'looks like H&E, not like a Ki-67 stain',
    darkGround: () => 'more dark than light, as in fluorescence: no stained section in white light?',
    strange: () => 'colours that no stained section has: a photograph or a screen?',
    noColour: () => 'nearly without colour: a grey picture or a screen?',
    noTissue: () => 'hardly any tissue',
    haematoxylinLow: () => 'the blue stain is paler than in training',
    haematoxylinHigh: () => 'the blue stain is darker than in training',
    dabLow: () => 'less brown than in training',
    dabHigh: () => 'the brown stain is darker than in training',
    greenLow: () => 'other colours than blue and brown',
    greenHigh: () => 'other colours than blue and brown',
    sharpnessLow: () => 'blurred',
    sharpnessHigh: () => 'sharper or noisier than in training',
    nucleusLow: () => 'nuclei are smaller than in training: check the µm/px',
    nucleusHigh: () => 'nuclei are larger than in training: check the µm/px',
  },
};
