// Every string that a person sees. To translate, copy this file. A value is a line, or a function of values that gives one.
// One section a screen or room.

/** @param {number} count @param {string} thing */
const counted = (count, thing) => `${count.toLocaleString('en')} ${thing}${count === 1 ? '' : 's'}`;

/** @param {number} time milliseconds since 1970 */
const clock = time => new Date(time).toLocaleTimeString('en', {hour: '2-digit', minute: '2-digit', hour12: false});

/** @param {number} bytes */
const megabytes = bytes => `${(bytes / 1e6).toLocaleString('en', {maximumFractionDigits: 0})} MB`;

/** @param {number|null} share @param {number} [digits] */
const percent = (share, digits = 0) => share === null ? '–' : `${(100 * share).toFixed(digits)} %`;

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
    soFar: (/** @type {number} */ n, /** @type {string} */ index) => `${counted(n, 'tumour cell')} so far, index ${index}`,
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

  server: {
    outbox: 'What was sent',
    none: 'This page came from no server: everything stays on this device. A case file carries a case elsewhere.',
    noAnswer: 'The server does not answer. What you made is on this device and is sent later.',
    state: (/** @type {import('../server/outbox.js').State} */ {doing, waiting, sentAt}) => {
      const left = waiting && `${waiting} waiting`, sent = sentAt && `sent ${clock(sentAt)}`;
      const why = {
        rest: '', sending: 'Sending', offline: 'No connection', later: 'The server asks to wait', signedOut: 'Not signed in',
        another: 'What is on this device was sent by another account',
      }[doing];
      return [why, left || (sentAt && doing === 'rest' && 'Everything is on the server'), sent].filter(Boolean).join(' · ') || 'Nothing to send';
    },
    refused: (/** @type {string} */ name, /** @type {string} */ line) => `${name}: the server does not take a part of it. ${line}`,
    tryAgain: 'Try again',
  },

  signIn: {
    title: 'Sign in',
    line: 'Signed in, your cases go to the server of this page. There you can ask for second opinions.',
    byPassword: 'With a password',
    byPasskey: 'With a passkey',
    passkeyLine: 'A passkey is a key on this device. It opens your account without a password.',
    usePasskey: 'Use a passkey',
    passkeyLeft: 'No passkey was used.',
    login: 'Login',
    loginHint: 'Letters, digits and . _ @ + -',
    name: 'Name',
    nameHint: 'As colleagues see it.',
    password: 'Password',
    newPassword: 'New password',
    passwordHint: (/** @type {number} */ shortest) => `${shortest} letters at least. A sentence makes a good one.`,
    enter: 'Sign in',
    linkTitle: 'Open the link',
    linkLine: 'This link opens an account once. Choose what you will sign in with.',
    which: 'What is it for?',
    isNew: 'I am new here',
    isReset: 'I lost my password',
    open: 'Open the account',
    account: 'Account',
    who: (/** @type {Values} */ {login, kept_bytes, may_keep_bytes}) => `${login} · ${megabytes(kept_bytes)} of ${megabytes(may_keep_bytes)} used`,
    leave: 'Sign out',
    leaveEverywhere: 'Sign out everywhere',
    passkeys: 'Passkeys',
    device: 'Name of this device',
    deviceHint: 'For example: my phone.',
    addPasskey: 'Add a passkey',
    since: (/** @type {string} */ day) => `since ${day}`,
    forget: 'Forget',
    accounts: 'Accounts',
    asAdministrator: 'as an administrator',
    invite: 'Invite somebody',
    invitation: 'Invitation, good for 7 days',
    reset: (/** @type {string} */ name) => `New password for ${name}, good for one day`,
    handOver: 'Hand it over yourself: it is shown this one time, and no mail is sent.',
    copy: 'Copy',
    copied: 'Copied.',
    accountLine: (/** @type {Values} */ {login, is_administrator, disabled_at, kept_bytes}) =>
      [login, is_administrator && 'administrator', disabled_at && 'shut', megabytes(kept_bytes)].filter(Boolean).join(' · '),
    newReset: 'New password',
    shut: 'Shut',
    reopen: 'Open again',
  },

  inbox: {
    title: 'Inbox',
    none: 'Nobody asked you for an opinion.',
    asked: 'Asked of you',
    by: (/** @type {string} */ name, /** @type {string} */ day) => `${name}, ${day}`,
    unnamed: 'A case, read blind',
    given: (/** @type {number} */ n, /** @type {number} */ of) => `${n} of ${of} given`,
    done: 'done',
    account: 'Account',
    contacts: 'Contacts',
    agreement: 'Agreement',
  },

  contacts: {
    title: 'Contacts',
    none: 'No contact yet. Add somebody by their login; there is no list of everybody.',
    login: 'Their login',
    add: 'Add',
    remove: 'Remove',
    notFound: 'Nobody here has this login.',
  },

  assign: {
    title: 'Second opinion',
    notSent: 'This case is not on the server yet. It is sent as soon as one of its pictures is counted and you are signed in.',
    signIn: 'Sign in',
    ask: 'Ask a contact',
    whom: 'Whom',
    blind: 'They count blind first',
    blindHint: 'They see no count, no name and no other opinion before their own.',
    message: 'A word to them',
    send: 'Ask',
    noContact: 'You have no contact yet.',
    addContact: 'Add a contact',
    asked: 'Asked so far',
    nobody: 'Nobody yet.',
    state: (/** @type {import('../server/views.js').Assignment} */ {blind, done_at, withdrawn_at}) =>
      [withdrawn_at ? 'taken back' : done_at ? 'done' : 'open', blind && 'blind'].filter(Boolean).join(' · '),
    takeBack: 'Take back',
    comments: 'Comments',
    comment: 'Comment',
    say: 'Add',
    silence: 'No comment yet.',
    result: 'What the server counted',
    counts: (/** @type {Values} */ {n_scored, n_pictures}) => `${n_scored} of ${n_pictures} pictures are counted.`,
    index: 'Ki-67 index',
    interval: (/** @type {number|null} */ low, /** @type {number|null} */ high) => low === null || high === null ? '' : `${percent(low)} to ${percent(high)}`,
    positive: 'Positive',
    negative: 'Negative',
    saidFirst: 'Some of your own opinions are not sent yet. Until they are there, no answer is shown: it would make them less than blind.',
    opinions: 'Opinions',
    opinionOf: (/** @type {import('../server/views.js').ServerReview} */ {index, blind, started_from}) =>
      [percent(index), blind ? 'blind' : 'not blind', started_from === 'network' && 'corrected the network’s cells'].filter(Boolean).join(' · '),
    picture: (/** @type {number} */ n) => `Picture ${n}`,
  },

  opinion: {
    title: 'Your opinion',
    progress: (/** @type {number} */ n, /** @type {number} */ of) => `Picture ${n} of ${of}`,
    picture: 'The picture that is asked about',
    how: 'Your answer',
    estimate: 'Estimate',
    count: 'Count',
    index: 'Positive tumour cells, in percent',
    positive: 'Positive cells',
    negative: 'Negative cells',
    comment: 'Comment',
    give: 'Give this opinion',
    allGiven: 'All your opinions are given.',
    finish: 'Done: tell who asked',
    finished: 'They were told.',
    yours: 'You',
    network: 'The network',
    noResult: 'not counted',
    taken: 'This case is not in your hands any more.',
  },

  agreement: {
    title: 'Agreement',
    line: 'First blind opinions only: an opinion that knew another answer is not independent. 95 % intervals.',
    none: 'Nothing to compare yet: two readers, or a reader and the network, need two pictures in common.',
    pair: (/** @type {string} */ first, /** @type {string} */ second) => `${first} and ${second}`,
    network: 'The network',
    basis: (/** @type {number} */ pictures, /** @type {number} */ cases) => `${counted(pictures, 'picture')} of ${counted(cases, 'case')}`,
    icc: 'ICC',
    bias: 'Mean difference',
    limits: 'Limits of agreement',
    kappa: (/** @type {string} */ cutOffs) => `Weighted kappa, ${cutOffs} %`,
    estimate: (/** @type {import('../server/views.js').Estimate} */ {value, low, high}) =>
      value === null ? 'not defined' : low === null || high === null ? value.toFixed(2) : `${value.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`,
    points: (/** @type {import('../server/views.js').Estimate} */ {value, low, high}) => {
      const point = (/** @type {number} */ share) => (100 * share).toFixed(1);
      return value === null ? 'not defined' : low === null || high === null ? point(value) : `${point(value)} (${point(low)} to ${point(high)}) points`;
    },
    range: (/** @type {number|null} */ low, /** @type {number|null} */ high) =>
      low === null || high === null ? 'not defined' : `${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)} points`,
    drawing: (/** @type {string} */ pair) => `Differences between ${pair}: their mean, its interval, and the limits that hold 95 % of them`,
    zero: 'no difference',
  },

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
