"""How fast pictures become cells: PathoNet the published way, in TensorFlow at its best, and what ships in the engine, in turns.

Whatever else the machine does meets all of them; a ratio is the median of the turns' ratios.
"""

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from ki67.base.hardware import CORES
from ki67.base.tables import write_json
from ki67.bench.child import run_python
from ki67.bench.compressed import table
from ki67.bench.from_files import PICTURES, Rows, as_published, by_engine, pictures, rows_of
from ki67.bench.machine import machine
from ki67.bench.turns import in_turns
from ki67.cells.cells import CLASS_NAMES
from ki67.cells.outcomes import f1_by_class
from ki67.data.frames import FRAME, Frames
from ki67.engine.model import Model, load_model
from ki67.engine.names import PRECISIONS
from ki67.models.predictions import Network
from ki67.models.store import predict_maps
from ki67.score.scorer import CellScorer
from ki67.weights import NETWORK, fields

MANY, HUGE = 1000, 20_000  # pictures in a folder, and the side of a large one
PREDICT, FUNCTION, PUBLISHED = "predict", "tf_function", "published"


def of_network(published: Network, model: Model, turns: int) -> Rows:
    """The network alone, one picture at a time."""
    import tensorflow

    pixels = np.divide(fields().images[:1], np.float32(255), dtype=np.float32)
    step, tensor = tensorflow.function(lambda x: published.model(x, training=False)), tensorflow.constant(pixels)
    calls: dict[str, Callable[[], object]] = {
        PREDICT: lambda: published.model.predict(pixels, verbose=0),
        FUNCTION: lambda: step(tensor).numpy(),
    }
    for precision in PRECISIONS:
        calls[precision] = partial(model.network(precision, lambda: fields().images).running(*pixels.shape), pixels)
    return rows_of(in_turns(calls, turns), 1, (PREDICT, FUNCTION))


def of_files(published: Network, model: Model, folder: Path, turns: int) -> Rows:
    """From a file to its cells."""
    paths = pictures(folder)
    calls: dict[str, Callable[[], object]] = {PUBLISHED: partial(as_published, published, paths)}
    with ThreadPoolExecutor(CORES) as workers, ExitStack() as until:
        scorers = {precision: until.enter_context(CellScorer(model, precision)) for precision in PRECISIONS}
        calls |= {precision: partial(by_engine, scorer, workers, paths) for precision, scorer in scorers.items()}
        return rows_of(in_turns(calls, turns), len(paths), (PUBLISHED,))


# Said last of all, by the program itself: what its parent held when it was started would count otherwise.
TELL_PEAK = """
import atexit
atexit.register(lambda: print(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1]))
"""


def peak_of(program: str, *arguments: str) -> float:
    """The largest memory that a new Python process needed, in megabytes."""
    return int(run_python(TELL_PEAK + program, *arguments).split()[-1]) / 1024


PUBLISHED_PROGRAM = """
import sys
from pathlib import Path
from ki67.models.store import load_keras
from ki67.bench.published import published_cells
model, description = load_keras(Path(sys.argv[1]))
print(published_cells(model, Path(sys.argv[2]), (100.0, 100.0, 100.0)))
"""
SCORE_PROGRAM = "from ki67.cli.main import main; main()"


def peak_of_score(path: Path, out: Path, precision: str, *more: str) -> float:
    """Megabytes at the peak of a `ki67 score` on a picture or a folder."""
    return peak_of(SCORE_PROGRAM, "score", str(path), "--out", str(out), "--precision", precision, *more)


def memory(folder: Path, weights: Path, starts: int) -> dict[str, float]:
    """Megabytes at the peak of processes that each score one picture."""
    picture = folder / "field1.jpg"
    rounds = [
        {
            PUBLISHED: peak_of(PUBLISHED_PROGRAM, str(weights), str(picture)),
            **{precision: peak_of_score(picture, folder / f"out{number}{precision}", precision) for precision in PRECISIONS},
        }
        for number in range(starts)
    ]
    return {name: median(each[name] for each in rounds) for name in rounds[0]}


def memory_of_much(folder: Path, precision: str) -> dict[str, float]:
    """Megabytes at the peak of scoring a thousand pictures, and one of 20,000×20,000 in tiles."""
    many, huge = folder / "many", folder / "huge.tif"
    many.mkdir()
    for number in range(MANY):
        os.link(folder / f"field{1 + number % PICTURES}.jpg", many / f"{number:04}.jpg")
    large_picture(folder / "field1.jpg", huge)
    return {
        "thousand": peak_of_score(many, folder / "out_many", precision),
        "huge": peak_of_score(huge, folder / "out_huge", precision, "--mpp", "0.135"),
    }


def large_picture(field: Path, out: Path) -> None:
    """A tiled tif of one field repeated."""
    import pyvips

    picture = pyvips.Image.new_from_file(str(field))
    across = -(-HUGE // picture.width)
    whole = picture.replicate(across, across).crop(0, 0, HUGE, HUGE)
    whole.tiffsave(str(out), tile=True, tile_width=256, tile_height=256, compression="jpeg", Q=90)


def f1_changes(whole: Network, model: Model, frames: Frames) -> Rows:
    """F1 at R = 6 of each class by the network in TensorFlow, and how much its file in the engine changes it at most."""
    scale = {"tensorflow": f1_of(frames, [whole.detector(maps) for maps in predict_maps(whole.model, frames.images)])}
    for precision in PRECISIONS:
        with CellScorer(model, precision) as scorer:
            scale[precision] = f1_of(frames, [scorer.finder.cells(image) for image in frames.images])
    for scores in scale.values():
        scores["changed"] = max(abs(scores[name] - scale["tensorflow"][name]) for name in CLASS_NAMES.values())
    return scale


def f1_of(frames: Frames, found: Sequence[Any]) -> dict[str, float]:
    """F1 of each class."""
    return f1_by_class(frames.cells, found)


def bench(published: Path, whole: Path, frames: Frames, source: str, turns: int, starts: int, much: bool) -> Iterator[str]:
    """Measure what ships beside a published network, and beside the network that its file was made of.

    Each table is said, then kept in `metrics/speed.json` and `measurements/speed.json`.
    """
    setting = machine()
    theirs, model = Network.load(published), load_model(NETWORK)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        files = of_files(theirs, model, folder, turns)
        network = of_network(theirs, model, turns)
        yield table(f"Network, one {FRAME}×{FRAME} picture, medians of {turns} turns", network)
        yield table(f"File to cells, {PICTURES} jpg of 1228×1228, medians of {turns} turns", files)
        peaks = memory(folder, published, starts)
        if much:
            peaks |= memory_of_much(folder, "int8")
        yield table("Peak memory in MB", {name: {"peak_mb": value} for name, value in peaks.items()})
    changes = f1_changes(Network.load(whole), model, frames)
    yield table(f"F1 at R = 6 on {len(frames)} fields ({source})", changes)
    write_json({"fields": len(frames), "source": source, "f1": changes}, Path("metrics/speed.json"))
    costs = {"machine": setting, "turns": turns, "starts": starts, "network": network, "files": files, "peak_mb": peaks}
    write_json(costs, Path("measurements/speed.json"))
