"""The network of patches on a slide: threads read patches and ask the network of them, and give them back row by row."""

import math
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from queue import SimpleQueue

import numpy as np

from ki67.base.errors import InputError
from ki67.base.hardware import CORES
from ki67.engine.graphs import hand_back
from ki67.pictures.regions import Region
from ki67.pictures.slide import Slide, open_slide
from ki67.slides.grid import Grid
from ki67.slides.kept import Row
from ki67.slides.model import TUMOUR, SlideModel

AHEAD = 8  # patches a thread that are asked for before they are needed
Place = tuple[int, int]  # row and column of a patch
Answer = tuple[float, bool]  # how sure of tumour, and whether a part of the patch could not be read


class Heater:
    """A network of patches, ready for one slide after the other; it holds threads until it is closed."""

    def __init__(self, model: SlideModel, at_once: int = CORES) -> None:
        # A patch on one core sums in the same order however many are under way.
        settings = dict(model.patchwise.settings) | {"NUM_STREAMS": at_once, "INFERENCE_NUM_THREADS": at_once}
        side = model.description.patch_side
        self._running = replace(model.patchwise, settings=settings).running(1, side, side, 3)
        self._model, self._at_once = model, at_once
        self._workers = ThreadPoolExecutor(at_once)
        hand_back()

    def close(self) -> None:
        """End the threads; what was not begun is dropped."""
        self._workers.shutdown(cancel_futures=True)

    def rows(self, slide: Slide, grid: Grid, patches: Sequence[Place]) -> Iterator[Row]:
        """The rows of the grid in which there are patches, from top to bottom."""
        regions = [grid.region(*place, self._model.description.shrink) for place in patches]
        with handles(slide.path, slide.um_per_px, self._at_once) as free, closing(self._in_order(free, regions)) as answers:
            for row, places in groupby(patches, key=lambda place: place[0]):
                found = [next(answers) for _ in places]
                yield Row(row, tuple(probability for probability, _ in found), sum(damaged for _, damaged in found))

    def _in_order(self, free: "SimpleQueue[Slide]", regions: Iterable[Region]) -> Generator[Answer, None, None]:
        under_way: deque[Future[Answer]] = deque()
        try:
            for region in regions:
                under_way.append(self._workers.submit(self._asked, free, region))
                if len(under_way) > AHEAD * self._at_once:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            wait([future for future in under_way if not future.cancel()])  # no slide is closed under its reader

    def _asked(self, free: "SimpleQueue[Slide]", region: Region) -> Answer:
        """One patch: read by a handle of its own, so that damage is told of the patch that met it."""
        slide = free.get()
        try:
            slide.damage.clear()
            pixels, damaged = slide.read(region), bool(slide.damage)
        finally:
            free.put(slide)
        found = float(self._running(np.divide(pixels[None], 127.5, dtype=np.float32) - np.float32(1))[0, TUMOUR])
        if not math.isfinite(found):
            raise InputError(f"{self._model.path}: gives no number for a patch; copy or train the model again")
        return found, damaged


@contextmanager
def handles(path: Path, um_per_px: float, count: int) -> Iterator["SimpleQueue[Slide]"]:
    """A slide opened so many times: whoever reads takes one and puts it back."""
    with ExitStack() as opened:
        free: SimpleQueue[Slide] = SimpleQueue()
        for _ in range(count):
            free.put(opened.enter_context(open_slide(path, um_per_px)))
        yield free
