"""How fast each backend is: alone and from a file to its cells, in Keras and in the engine, in turns.

The paper's Table 4 prints pictures a second and does not say which of these it timed.
"""

import tempfile
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ki67.backends.fitted import TITLES
from ki67.base.hardware import CORES
from ki67.bench.compressed import machine
from ki67.bench.published import published_cells
from ki67.bench.speed import pictures, rows_of
from ki67.bench.turns import in_turns
from ki67.engine.model import load_model
from ki67.models.store import load_keras
from ki67.pictures.header import header
from ki67.score.scorer import CellScorer
from ki67.weights import fields

WAYS = ("network_keras", "network_engine", "file_keras", "file_engine")
Calls = Mapping[str, Callable[[], object]]


def calls_of(folder: Path, paths: Iterable[Path], until: ExitStack) -> Calls:
    """The four ways of one backend: one picture through the network, all files to their cells; float32 in all.

    Their threads end when the stack is left.
    """
    whole, model = load_keras(folder)[0], load_model(folder)
    pixels, files = np.divide(fields().images[:1], np.float32(255), dtype=np.float32), list(paths)
    scorer = until.enter_context(CellScorer(model, "float32"))
    workers = until.enter_context(ThreadPoolExecutor(CORES))

    def by_engine() -> None:
        list(workers.map(lambda path: scorer.cells(header(path)), files))

    def by_keras() -> None:
        for path in files:
            published_cells(whole, path, model.detector.thresholds)

    alone = partial(model.network("float32", lambda: fields().images).running(*pixels.shape), pixels)
    return dict(zip(WAYS, (lambda: whole.predict(pixels, verbose=0), alone, by_keras, by_engine), strict=True))


def pictures_per_second(models: Path, names: Iterable[str], seed: int, turns: int) -> dict[str, Any]:
    """Pictures a second of every backend in every way, all in turns, and the machine; `rows` is for a table."""
    with tempfile.TemporaryDirectory() as temporary, ExitStack() as until:
        paths = pictures(Path(temporary))
        folders = {name: models / name / f"seed-{seed}" for name in names}
        calls = {
            f"{name}/{way}": call for name, folder in folders.items() for way, call in calls_of(folder, paths, until).items()
        }
        costs = in_turns(calls, turns)
    rows = []
    for name in names:
        row: dict[str, Any] = {"backend": name, "title": TITLES[name]}
        for way in WAYS:
            one = rows_of({way: costs[f"{name}/{way}"]}, 1 if way.startswith("network") else len(paths), ())
            row[way] = one[way]["pictures_per_s"]
        rows.append(row)
    return {"machine": machine(), "turns": turns, "rows": rows, "backends": {row["backend"]: row for row in rows}}
