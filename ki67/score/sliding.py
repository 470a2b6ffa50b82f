"""Cells of a picture of any size: cut into windows at the network's scale, found, put together."""

import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from itertools import product

import numpy as np

from ki67.base.hardware import CORES
from ki67.cells.cells import Cells
from ki67.cells.detect import Detector
from ki67.engine.graphs import Network, Running
from ki67.pictures.outline import Outline
from ki67.pictures.regions import Pixels, Region, Regions
from ki67.score.windows import Span, own_cells, side_of, spans, without_twins

SHAPES = 2  # sizes of window that are kept ready


@dataclass(frozen=True)
class Window:
    """A part of the reduced picture, and the cells that were found in it, in its own frame."""

    pixels: Pixels
    cells: Cells
    across: Span
    down: Span


class Finder:
    """A network and its post-processing, ready for pictures at the network's own scale; it holds threads until it is closed."""

    def __init__(self, network: Network, detector: Detector, at_once: int = CORES) -> None:
        # A window on one core takes less of it than on several, and sums in the same order however many are under way.
        settings = dict(network.settings) | {"NUM_STREAMS": at_once, "INFERENCE_NUM_THREADS": at_once}
        self._ready = lru_cache(SHAPES)(partial(replace(network, settings=settings).running, 1))
        self.detector, self.at_once, self._lock = detector, at_once, threading.Lock()
        self._workers = ThreadPoolExecutor(at_once)

    def close(self) -> None:
        """End the threads; what was not begun is dropped."""
        self._workers.shutdown(cancel_futures=True)

    def windows(self, picture: Regions, um_per_px: float, outline: Outline | None = None) -> Iterator[Window]:
        """The picture window by window at the network's scale, from top to bottom; several at once.

        Where there is an outline, in pixels of that scale, windows wholly outside of it are left out.
        """
        width, height = picture.size(um_per_px)
        under_way: deque[tuple[Pixels, Span, Span, Future[Cells]]] = deque()
        for down, across in product(spans(height), spans(width)):
            sides = min(side_of(width), width), min(side_of(height), height)
            if outline and not outline.mask(across.start, down.start, *sides).any():
                continue
            pixels = picture.read(Region(across.start, down.start, *sides, um_per_px))
            under_way.append((pixels, across, down, self._workers.submit(self.cells, pixels)))
            if len(under_way) > self.at_once:
                yield _finished(*under_way.popleft())
        while under_way:
            yield _finished(*under_way.popleft())

    def _running(self, height: int, width: int) -> Running:
        with self._lock:
            return self._ready(height, width, 3)

    def cells(self, pixels: Pixels) -> Cells:
        """The cells of one window; what is missing to a multiple of the network's stride repeats the edge."""
        height, width = pixels.shape[:2]
        full = np.pad(pixels, ((0, side_of(height) - height), (0, side_of(width) - width), (0, 0)), "edge")
        maps = self._running(*full.shape[:2])(np.multiply(full[None], np.float32(1 / 255), dtype=np.float32))[0]
        return self.detector(maps[:height, :width])


def _finished(pixels: Pixels, across: Span, down: Span, cells: "Future[Cells]") -> Window:
    return Window(pixels, cells.result(), across, down)


def put_together(windows: Iterable[Window]) -> Cells:
    """The cells of the whole picture; none twice where windows meet."""
    parts = [own_cells(window.cells, window.across, window.down) for window in windows]
    numbers = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    return without_twins(Cells.concatenate(parts), numbers)
