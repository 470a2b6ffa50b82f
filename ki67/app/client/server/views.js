// What the service answers with, as far as the client reads it: types only. Times are texts of ISO 8601.

/** @typedef {{id: string, login: string, name: string, is_administrator: boolean, kept_bytes: number, may_keep_bytes: number}} Me */
/** @typedef {{id: string, login: string, name: string}} Person */
/** @typedef {Person & {is_administrator: boolean, disabled_at: string|null, kept_bytes: number}} Account */
/** @typedef {{link: string, token: string}} Link */
/** @typedef {{id: string, name: string, created_at: string, seen_at: string|null}} Passkey */
/** @typedef {{id: string, mine: boolean, blind: boolean, opened: boolean, n_pictures: number, n_scored: number, n_said: number, name: string|null, created_at: string|null}} ServerCase */
/** @typedef {{id: string, case_id: string, kind: 'field'|'slide', state: 'needs_scale'|'waiting'|'scored'|'failed', why: string, width: number, height: number, sha256: string, um_per_px: number|null, said: boolean|null, created_at: string|null}} ServerPicture `said`: one's own opinion is in */
/** @typedef {{id: string|null, bytes: number, received: number, picture: ServerPicture|null}} Upload */
/** @typedef {{x: number, y: number, label: 'positive'|'negative'|'til'}} Mark */
/** @typedef {{id: string, started_from: 'nothing'|'network', shown: 'nothing'|'network', comment: string}} Opinion */
/**
 * @typedef {Opinion & {kind: 'count', n_positive: number, n_negative: number} | Opinion & {kind: 'estimate'|'share', estimate: number}
 *   | Opinion & {kind: 'cells', cells: Mark[]}} NewReview
 */
/** @typedef {{id: string, by: Person, kind: 'count'|'estimate'|'cells'|'share', n_positive: number|null, n_negative: number|null, estimate: number|null, index: number|null, blind: boolean, started_from: 'nothing'|'network', comment: string, created_at: string}} ServerReview */
/** @typedef {{cut_offs: string, category: string|null}} Category */
/** @typedef {{n_positive: number, n_negative: number, ki67_index: number|null, ki67_low: number|null, ki67_high: number|null, interval_of: 'counting'|'counting and scorer', hot_spot: number|null, categories: Category[], warnings: string[]}} Scores */
/** @typedef {Scores & {um_per_px: number, network: string, error: import('../values.js').ScorerError|null, created_at: string}} PictureResult */
/** @typedef {Scores & {n_pictures: number, n_scored: number}} CaseResult */
/**
 * @typedef {{id: string, case_id: string, case_name: string|null, by: Person, to: Person, blind: boolean, message: string,
 *   n_pictures: number, n_said: number, created_at: string, done_at: string|null, withdrawn_at: string|null}} Assignment
 */
/** @typedef {{id: string, by: Person, text: string, created_at: string}} Comment */
/** @typedef {{value: number|null, low: number|null, high: number|null}} Estimate with its 95 % interval */
/**
 * @typedef {{first: Person|null, second: Person|null, n_pictures: number, n_cases: number, icc: Estimate,
 *   difference: {bias: Estimate, lower: number|null, upper: number|null}, kappas: {cut_offs: string, kappa: Estimate}[]}} Pair
 * no person is the network
 */

export {};
