// The few ways of NumPy and Python in which numbers are rounded and ranked here.

/** To the nearest whole number; what lies in the middle becomes even. @param {number} value */
export function rounded(value) {
  const floor = Math.floor(value), rest = value - floor;
  if (rest !== .5) return rest < .5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}


/**
 * The value below which a share of all values lies, as `numpy.percentile` has it; the values change their order.
 * @param {Float32Array|Float64Array} values @param {number} share
 */
export function quantile(values, share) {
  const place = (values.length - 1) * share, whole = Math.floor(place);
  const below = smallest(values, whole);
  if (whole + 1 >= values.length) return below;
  let above = Infinity;
  for (let i = whole + 1; i < values.length; i++) if (values[i] < above) above = values[i];
  return below + (above - below) * (place - whole);
}


/**
 * The value that would stand at a place if all were in order; none before it is larger afterwards, none behind it smaller.
 * @param {Float32Array|Float64Array} values @param {number} place
 */
export function smallest(values, place) {
  let low = 0, high = values.length - 1;
  while (low < high) {
    const pivot = values[place];
    let left = low, right = high;
    while (left <= right) {
      while (values[left] < pivot) left++;
      while (values[right] > pivot) right--;
      if (left > right) break;
      const kept = values[left];
      values[left++] = values[right];
      values[right--] = kept;
    }
    if (right < place) low = left;
    if (left > place) high = right;
  }
  return values[place];
}
