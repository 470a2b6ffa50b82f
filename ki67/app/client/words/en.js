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

  blind: {
    title: 'Your own count',
    line: 'Count before you see what the network counts. Then both stand side by side.',
    notBlind: 'The network’s count of this field may have been seen: yours is kept, but not as a blind one.',
    way: 'How do you count?',
    marks: 'Mark cells',
    tally: 'Count',
    estimate: 'Estimate',
    marksHint: 'Tap a nucleus to mark it, and again to change its class. A long press takes a mark away. Two fingers zoom.',
    tallyHint: 'Look at the field and tap once for each cell.',
    estimateHint: 'Ki-67+ tumour cells of all tumour cells, in percent',
    more: (/** @type {string} */ name) => `One more ${name}`,
    less: (/** @type {string} */ name) => `One ${name} less`,
    percent: (/** @type {number} */ share) => `${(100 * share).toFixed(0)} %`,
    comment: 'Comment',
    commentHint: 'If you like. Write no patient’s name.',
    save: 'Save my count',
    nothing: 'Nothing is counted yet: mark, count or estimate first.',
    saved: 'Your count is saved.',
    savedNotCounted: 'Your count is saved. Now let the network count.',
    beside: 'You and the network',
    you: 'You',
    network: 'The network',
    difference: 'Difference',
    points: (/** @type {number} */ share) => `${share < 0 ? '−' : '+'}${Math.abs(100 * share).toFixed(0)} points`,
    byCell: 'Cell by cell',
    alike: 'Both, one class',
    otherClass: 'Both, two classes',
    missed: 'Only the network',
    extra: 'Only you',
    within: (/** @type {number} */ um) => `Two marks are one cell when they lie within ${um} µm of each other.`,
    toResult: 'To the result',
    again: 'Count again',
    view: 'The field with your marks and the network’s',
  },

  cells: {
    title: 'Cells',
    positive: 'Ki-67+',
    negative: 'Ki-67−',
    til: 'TIL',
    view: 'The field with its cells',
    keys: 'Arrows move, + and − zoom, 0 shows all; n and p go from cell to cell, Enter changes a cell’s class, Delete takes it away, a adds one at the cross, z undoes, y redoes.',
    hint: 'Tap a cell to change its class. A long press adds a cell, or takes one away. Two fingers zoom.',
    pen: 'Mark as',
    show: 'Shown',
    mask: 'As a mask',
    zoomIn: 'Larger',
    zoomOut: 'Smaller',
    fit: 'All',
    undo: 'Undo',
    redo: 'Redo',
    oneByOne: 'Cell by cell, without a pointer',
    next: 'Next',
    previous: 'Previous',
    change: 'Change class',
    remove: 'Delete',
    addHere: 'Add in the middle',
    index: 'Index',
    tumourCells: 'Tumour cells',
    noIndex: 'not defined',
    counted: (/** @type {{positive: number, negative: number, til: number}} */ {positive, negative, til}, /** @type {string} */ index) =>
      `${positive} Ki-67+, ${negative} Ki-67−, ${til} TIL; index ${index}`,
    at: (/** @type {number} */ number, /** @type {number} */ of, /** @type {string} */ name) => `Cell ${number} of ${of}: ${name}`,
    save: 'Save as my correction',
    saved: 'Your correction is saved.',
    unchanged: 'Nothing was changed.',
    started: 'You began with the network’s cells: what you save is a correction, not an independent count.',
    hidden: 'This case is read blind: the network’s cells are shown when your own count is in.',
    toBlind: 'Count myself',
    notCounted: 'The network has not counted this field yet.',
    toPreview: 'Let it count',
    toResult: 'To the result',
    comment: 'Comment',
  },

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
