// Numbers in words as Python writes them, so that tables of both can be compared byte for byte.


/** So many digits behind the point; what lies in the middle becomes even. @param {number} value @param {number} digits */
export function fixed(value, digits) {
  const halves = value * 2 ** (digits + 1);  // exact; odd where 10 to the power of the digits times the value ends in .5, and only there
  if (!Number.isInteger(halves) || halves % 2 === 0) return value.toFixed(digits);
  const below = Math.floor(value * 10 ** digits), even = below % 2 === 0 ? below : below + 1;
  return (even / 10 ** digits).toFixed(digits);
}


/** A number of JSON: one that is whole keeps its point. @param {number} value @param {number} digits */
export function roundedFloat(value, digits) {
  const text = String(Number(fixed(value, digits)));
  return /[.e]/.test(text) ? text : `${text}.0`;
}


/** Six digits that count. @param {number} value */
export function sixDigits(value) { return String(Number(value.toPrecision(6))); }
