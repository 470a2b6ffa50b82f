// The thread of `reduced.js`: as the browser decodes a picture, by exact areas.

import {drawn} from '../scorer/decode.js';
import {told} from '../scorer/refused.js';
import {reduced} from '../scorer/resize.js';

onmessage = async ({data: {blob, part, size}, ports: [port]}) => {
  try {
    const pixels = reduced(await drawn(blob, false), part, size);
    port.postMessage({pixels}, [pixels.data.buffer]);
  } catch (error) {
    port.postMessage(told(error));
  }
};
