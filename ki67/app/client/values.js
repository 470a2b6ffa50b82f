// What travels between the rooms of the client: types only.

/** @typedef {{xy: Float32Array, label: Uint8Array, confidence: Float32Array}} Cells in pixels of the whole picture */
/** @typedef {{x: number, y: number, width: number, height: number}} Rect in pixels of the whole picture */
/** @typedef {{code: string, [value: string]: string|number}} Warning its sentence is `words.warnings[code](warning)` */
/** @typedef {'paper'|'consensus'} CutOffs low, borderline, high at 10 and 20 % as the paper has them, or at 16 and 30 % */

/**
 * Several fields of one tumour. What is blind shows nothing of the network's before one's own opinion is in.
 * @typedef {{id: string, name: string, made: number, blind: boolean, cutOffs: CutOffs, remote: string|null}} Case
 * `remote`: its id on the server, once it is there
 */

/**
 * A field of view. Its bytes lie apart, without what a camera wrote into them.
 * @typedef {{id: string, case: string, hash: string, kind: string, width: number, height: number, taken: number,
 *   umPerPx: number|null, square: Rect|null, state: 'new'|'counted'|'failed', why: Warning|null, remote: string|null}} Picture
 * `square`: the part that is looked at, where it is not all
 */

/** @typedef {{umPerPx: number|null, square: Rect|null}} Wish how a picture is to be counted */

/** How far a network's index is off by itself, as variances of an angle: of each cell, and in all fields alike.
 * @typedef {{cells: number, shared: number}} ScorerError */

/**
 * What the network found. `scaleKnown`: false where the scale of training was taken for want of another. `error`: of the network, null
 * where its file does not tell it.
 * @typedef {{cells: Cells, umPerPx: number, scaleKnown: boolean, hotSpot: number|null, warnings: Warning[], network: string,
 *   error: ScorerError|null, milliseconds: number|null}} Counted `milliseconds`: null where a server counted
 */

/** @typedef {Counted & {picture: string, made: number}} Result */

/**
 * An opinion; a later one of the same reader supersedes it and it stays. `startedFrom` the network: its cells, corrected.
 * `by`: null of whoever reads on this device, else another reader's name.
 * @typedef {{id: string, picture: string, made: number, kind: 'count'|'estimate'|'cells', nPositive: number|null,
 *   nNegative: number|null, estimate: number|null, cells: Cells|null, startedFrom: 'nothing'|'network', blind: boolean,
 *   comment: string, by: string|null, remote: string|null}} Review
 */

/** @typedef {{id: string, name: string, umPerPx: number, width: number, height: number, made: number}} Profile
 * a phone on an ocular and an objective; `width` and `height` of its pictures in pixels */

export {};
