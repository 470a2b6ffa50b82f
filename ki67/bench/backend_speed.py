"""How fast each backend is: alone and from a file to its cells, in Keras and in the engine, in turns.

The paper's Table 4 prints pictures a second and does not say which of these it timed.
"""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from ki67.backends.fitted import TITLES
from ki67.base.hardware import CORES
from ki67.bench.from_files import as_published, by_engine, pictures, rows_of
from ki67.bench.machine import machine
from ki67.bench.turns import Turn, in_turns
from ki67.engine.model import load_model
from ki67.models.predictions import Network
from ki67.score.scorer import CellScorer
from ki67.weights import fields

WAYS = ("network_keras", "network_engine", "file_keras", "file_engine")
Calls = Mapping[str, Callable[[], object]]


def calls_of(folder: Path, paths: Sequence[Path], until: ExitStack) -> Calls:
    """The four ways of one backend: one picture through the network, all files to their cells; float32 in all.

    Their threads end when the stack is left.
    """
    whole, model = Network.load(folder), load_model(folder)
    pixels = np.divide(fields().images[:1], np.float32(255), dtype=np.float32)
    scorer = until.enter_context(CellScorer(model, "float32"))
    workers = until.enter_context(ThreadPoolExecutor(CORES))

    return {
        "network_keras": lambda: whole.model.predict(pixels, verbose=0),
        "network_engine": partial(model.network("float32", lambda: fields().images).running(*pixels.shape), pixels),
        "file_keras": partial(as_published, whole, paths),
        "file_engine": partial(by_engine, scorer, workers, paths),
    }


@dataclass(frozen=True)
class BackendSpeed:
    """Pictures a second of one backend."""

    backend: str
    title: str
    network_keras: float
    network_engine: float
    file_keras: float
    file_engine: float


@dataclass(frozen=True)
class Speeds:
    """Of every backend, and the machine that they were measured on."""

    machine: Mapping[str, object]
    turns: int
    backends: Mapping[str, BackendSpeed]


def speeds(models: Path, names: Sequence[str], seed: int, turns: int) -> Speeds:
    """Every backend in every way, all in turns."""
    with tempfile.TemporaryDirectory() as temporary, ExitStack() as until:
        paths = pictures(Path(temporary))
        folders = {name: models / name / f"seed-{seed}" for name in names}
        calls = {
            f"{name}/{way}": call for name, folder in folders.items() for way, call in calls_of(folder, paths, until).items()
        }
        costs = in_turns(calls, turns)
    found = {}
    for name in names:
        by_way = {way: per_second(costs[f"{name}/{way}"], way, len(paths)) for way in WAYS}
        found[name] = BackendSpeed(name, TITLES[name], **by_way)
    return Speeds(machine(), turns, found)


def per_second(taken: Sequence[Turn], way: str, files: int) -> float:
    """Pictures a second; a network alone is asked one, the way from files all of them."""
    return float(rows_of({way: taken}, 1 if way.startswith("network") else files, ())[way]["pictures_per_s"])
