// A lane beside the first: its own instance over the memory that all share, with a stack of its own.

import {walk} from './lockstep.js';

/** @typedef {import('./lockstep.js').Lane} Lane */
/** @typedef {{module: WebAssembly.Module, memory: WebAssembly.Memory, stack: number, lane: Lane}} Start */

/** @type {(calls: import('./network.js').Call[]) => void} */
let go;

self.onmessage = async ({data}) => {
  if (Array.isArray(data)) return go(data);
  const {module, memory, stack, lane} = /** @type {Start} */ (data);
  const {exports} = await WebAssembly.instantiate(module, {env: {memory}});
  /** @type {any} */ (exports).__stack_pointer.value = stack;
  go = (calls) => walk(exports, calls, lane);
  postMessage('ready');
};
