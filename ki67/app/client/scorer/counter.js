// From the bytes of a picture to its cells and what a reader of them should know.

import {meanOf, measured, unfamiliar} from './appearance.js';
import {TIL, placed} from './cells.js';
import {decoded} from './decode.js';
import {detect} from './detect.js';
import {headerOf} from './header.js';
import {hotSpot} from './hotspot.js';
import {Network} from './network.js';
import {cut, reduced} from './resize.js';
import {checkedSize, partOf, scaleOf, shrinkOf} from './scale.js';
import {coloursOf, notKi67} from './stains.js';
import {stripped} from './stripped.js';
import {lengthOf, putTogether, spans} from './windows.js';

/** @typedef {import('../values.js').Counted} Counted @typedef {import('../values.js').Wish} Wish @typedef {import('../values.js').Warning} Warning */
/** @typedef {import('./cells.js').Cells} Cells @typedef {import('./resize.js').Picture} Picture @typedef {import('./resize.js').Size} Size */
/** @typedef {{windows: import('./windows.js').Window[], unlike: string[]}} Found */


/** A network on its lanes, ready for one picture after the other. */
export class Counter {
  /** @param {import('./network.js').File} file @param {import('./lanes.js').Lanes} lanes */
  constructor(file, lanes) {
    this.facts = file.head.network;
    this.rules = file.head.rules;
    this.lanes = lanes;
    this.network = new Network(file, lanes);
  }

  /** @param {Uint8Array} bytes @param {Wish} wish @returns {Promise<Counted>} */
  async count(bytes, wish) {
    const start = performance.now(), header = headerOf(bytes), part = partOf(wish.square, header);
    const scale = scaleOf(wish.umPerPx, part, header.umPerPx, this.facts);
    const size = checkedSize(part, scale.umPerPx, this.facts, this.rules);
    const shrink = wish.square ? 1 : shrinkOf(header, this.facts.umPerPx / scale.umPerPx, this.rules);
    const pixels = await decoded(stripped(bytes), header.kind, shrink);
    const {windows, unlike} = this.#found(reduced(pixels, wish.square ? part : partOf(null, pixels), size));
    const factors = /** @type {[number, number]} */ ([part.width / size.width, part.height / size.height]);
    const cells = placed(putTogether(windows, this.rules.windows), factors, [0, 0]);
    return {
      cells: placed(cells, [1, 1], [part.x, part.y]), umPerPx: scale.umPerPx, scaleKnown: scale.known,
      hotSpot: hotSpot(cells, this.rules.hotSpot)?.index ?? null, warnings: [...this.#counts(cells), ...unlike.map((code) => ({code}))],
      network: this.facts.digest, error: this.rules.error, milliseconds: performance.now() - start,
    };
  }

  /** Window by window. @param {Picture} picture @returns {Found} */
  #found(picture) {
    const {windows: rules, density, appearance, stains, familiar} = this.rules;
    const windows = [], appearances = [], colours = [], size = {width: lengthOf(picture.width, rules), height: lengthOf(picture.height, rules)};
    for (const down of spans(picture.height, rules))
      for (const across of spans(picture.width, rules)) {
        const pixels = cut(picture, across.start, down.start, size), cells = this.#cells(pixels);
        windows.push({across, down, cells});
        appearances.push(measured(pixels, cells, density, appearance));
        colours.push(coloursOf(pixels, density, stains));
      }
    return {windows, unlike: [...notKi67(meanOf(colours), stains), ...unfamiliar(meanOf(appearances), familiar, appearance)]};
  }

  /** Of one window, in its own frame. @param {Picture} window @returns {Cells} */
  #cells({data, width, height}) {
    this.network.prepare(width, height);
    this.network.show(data);
    this.lanes.run(this.network.calls);
    return detect(this.network.answer(width, height), width, height, this.facts);
  }

  /** Whether there are enough cells for an index. @param {Cells} cells @returns {Warning[]} */
  #counts({label}) {
    const tumour = label.filter((each) => each !== TIL).length, enough = this.rules.few;
    if (!tumour) return [{code: 'none'}];
    return tumour < enough ? [{code: 'few', cells: tumour, enough}] : [];
  }
}
