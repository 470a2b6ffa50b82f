// A picture at several sizes: one that is shown small is drawn from a small one, which is quicker and does not glitter.

/** @typedef {import('./view.js').Size} Size */
/** @typedef {Size & {images: ImageBitmap[]}} Layers each half as large as the one before */

const SMALLEST = 400;

/** @param {Blob} blob @returns {Promise<Layers>} */
export async function layersOf(blob) {
  const whole = await createImageBitmap(blob, {colorSpaceConversion: 'none'}), images = [whole];
  const {width, height} = whole;
  for (let side = Math.max(width, height) / 2; side > SMALLEST; side /= 2) images.push(await half(/** @type {ImageBitmap} */ (images.at(-1))));
  return {width, height, images};
}


/** The smallest image that has a pixel for each of the screen's. @param {Layers} layers @param {number} scale device pixels of one of the picture's */
export function layerFor({images, width}, scale) {
  return [...images].reverse().find((image) => image.width >= width * scale) ?? images[0];
}


/** @param {Layers} layers */
export function close({images}) { images.forEach((image) => image.close()); }


/** @param {ImageBitmap} image @returns {Promise<ImageBitmap>} */
function half(image) {
  const [width, height] = [image.width, image.height].map((side) => Math.max(1, Math.round(side / 2)));
  return createImageBitmap(image, {resizeWidth: width, resizeHeight: height, resizeQuality: 'medium'});
}
