"""A network on the tiles of a picture of any size, several at once."""

import math
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from ki67.base.errors import InputError
from ki67.base.hardware import CORES
from ki67.data.patches import SIDE
from ki67.engine.graphs import hand_back
from ki67.pictures.outline import Outline
from ki67.pictures.regions import Pixels, Region, Regions
from ki67.pictures.stains import Colours, measure_colours
from ki67.tiles.appearance import ENOUGH, TileAppearance, measure_tile, stained
from ki67.tiles.grid import Part, Tile, parts
from ki67.tiles.model import SHAPE, CellularityModel

Graded = tuple[Tile, TileAppearance, Colours]


def what_counts(outline: Outline | None, across: Part, down: Part) -> NDArray[np.bool_]:
    """Of the pixels that a tile answers for those inside the outline; all where there is none."""
    width, height = across.high - across.low, down.high - down.low
    return outline.mask(across.low, down.low, width, height) if outline else np.ones((height, width), bool)


class Grader:
    """A network, ready for pictures at its own scale; it holds threads until it is closed."""

    def __init__(self, model: CellularityModel, at_once: int = CORES) -> None:
        # A tile on one core sums in the same order however many are under way.
        settings = dict(model.network.settings) | {"NUM_STREAMS": at_once, "INFERENCE_NUM_THREADS": at_once}
        self._running = replace(model.network, settings=settings).running(*SHAPE)
        self._model, self._at_once = model, at_once
        self._workers = ThreadPoolExecutor(at_once)
        hand_back()

    def close(self) -> None:
        """End the threads; what was not begun is dropped."""
        self._workers.shutdown(cancel_futures=True)

    def graded(self, picture: Regions, outline: Outline | None = None) -> Iterator[Graded]:
        """The picture tile by tile, from top to bottom; of an outline in pixels of the network's scale, what is inside."""
        um_per_px = self._model.um_per_px
        width, height = picture.size(um_per_px)
        under_way: deque[Future[Graded]] = deque()
        for down, across in product(parts(height), parts(width)):
            counts = what_counts(outline, across, down)
            if not counts.any():
                continue
            sides = min(SIDE, width), min(SIDE, height)
            pixels = picture.read(Region(across.start, down.start, *sides, um_per_px))
            under_way.append(self._workers.submit(self._tile, pixels, counts, across, down))
            if len(under_way) > self._at_once:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()

    def _tile(self, pixels: Pixels, counts: NDArray[np.bool_], across: Part, down: Part) -> Graded:
        answered = pixels[down.low - down.start : down.high - down.start, across.low - across.start : across.high - across.start]
        tissue = float((stained(answered) & counts).mean())
        tile = Tile(across, down, tissue, self.cellularity(pixels) if tissue >= ENOUGH else None, float(counts.mean()))
        return tile, measure_tile(pixels), measure_colours(pixels)

    def cellularity(self, pixels: Pixels) -> float:
        """Of one tile. What is missing to a whole tile is the picture mirrored at its edges: white would pass for glass."""
        height, width = pixels.shape[:2]
        full = np.pad(pixels, ((0, SIDE - height), (0, SIDE - width), (0, 0)), "symmetric")
        low, high = self._model.description.pixel_range
        found = float(self._running(full[None] * np.float32((high - low) / 255) + np.float32(low))[0, 0])
        if not math.isfinite(found):
            raise InputError(f"{self._model.path}: gives no number for a tile; copy or train the model again")
        return min(max(found, 0.0), 1.0)
