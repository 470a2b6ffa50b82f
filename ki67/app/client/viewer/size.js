// How large a nucleus is in a picture.

const RADIUS = 3.2; // µm of the ring about a nucleus
export const ONE_CELL = 4; // µm within which two marks are one cell
const USUAL = .135; // µm/px where nobody knows: of the fields that the network was trained on

/** @param {number|null} umPerPx @returns {number} pixels */
export function radiusOf(umPerPx) { return RADIUS / (umPerPx ?? USUAL); }


/** @param {number|null} umPerPx @returns {number} pixels */
export function reachOf(umPerPx) { return ONE_CELL / (umPerPx ?? USUAL); }
