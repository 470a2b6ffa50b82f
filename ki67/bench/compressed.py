"""What running compressed costs and saves: time, resident memory, disk, and the cells that are still found.

Times are taken in turns, so that whatever else the machine does meets every engine; a ratio is the median of the turns' ratios.
"""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import keras
import numpy as np
import pandas as pd

from ki67.base.tables import write_json
from ki67.bench import memory
from ki67.bench.machine import machine
from ki67.bench.networks import QUANTIZER, K, Subject, fields, pixels, ten_times, tuned
from ki67.bench.turns import in_turns
from ki67.cells.detect import Detector
from ki67.cells.outcomes import f1_by_class
from ki67.compression.files import architecture_of
from ki67.compression.keras_models import vectors
from ki67.container.container import Compressed, write
from ki67.data.frames import FRAME, Frames
from ki67.engine.detector import detector_of
from ki67.engine.graphs import Network, folded
from ki67.engine.index_map import hollow
from ki67.models.store import load_keras
from ki67.models.training import scale_output

CALIBRATING, JUDGED = 32, 32  # fields; those to judge on are all of the validation part where there is one
TENSORFLOW_STARTS = 3  # each takes a quarter of a minute
BATCHES = (1, 8)
KILOBYTE = 1.024e-3  # in megabytes


def f1(network: Network, frames: Frames, detector: Detector, unit: tuple[float, ...]) -> dict[str, float]:
    """F1 at R = 6 of each class."""
    running, scale = network.running(1, FRAME, FRAME, 3), np.array(unit, np.float32)
    found = [detector(running(picture[None])[0] * scale) for picture in pixels(frames)]
    return f1_by_class(frames.cells, found)


def speeds(networks: Mapping[str, Network], model: keras.Model, batch: int, turns: int) -> dict[str, dict[str, float]]:
    """Milliseconds a batch, images a second, and how many times the speed of uncompressed OpenVINO and of TensorFlow."""
    import tensorflow

    pictures = np.random.default_rng(0).random((batch, FRAME, FRAME, 3), dtype=np.float32)
    step, tensor = tensorflow.function(lambda x: model(x, training=False)), tensorflow.constant(pictures)
    calls: dict[str, Callable[[], object]] = {"tensorflow": lambda: step(tensor).numpy()}
    for name, network in networks.items():
        calls[name] = partial(network.running(*pictures.shape), pictures)
    times = {name: [turn.wall for turn in costs] for name, costs in in_turns(calls, turns).items()}
    return {
        name: {
            "ms": 1000 * median(seconds),
            "images_per_s": batch / median(seconds),
            "to_float32": median(np.divide(times["float32"], seconds).tolist()),
            "to_tensorflow": median(np.divide(times["tensorflow"], seconds).tolist()),
        }
        for name, seconds in times.items()
    }


def memory_held(networks: Mapping[str, Network], subject: Subject, folder: Path, starts: int) -> dict[str, dict[str, float]]:
    """Megabytes of a process, and of its weights: what it holds beyond the same network without them.

    Uncompressed, the engine keeps a copy in its own order beside what it read; `times_less` is against both,
    `times_less_than_one_copy` against four bytes a weight.
    """
    stored = {**networks, "hollow": hollow(subject.graph)}
    for name, network in stored.items():
        network.save(folder / name)
    found = memory.engines({name: folder / name for name in stored}, (1, FRAME, FRAME, 3), starts)
    weights = {name: memory.difference(found[name], found["hollow"]).private for name in networks}
    return {
        name: {
            "private_mb": memory.middle(found[name]).private * KILOBYTE,
            "peak_mb": memory.middle(found[name]).peak * KILOBYTE,
            "weights_mb": held * KILOBYTE,
            "times_less": weights["float32"] / held,
            "times_less_than_one_copy": 4 * subject.together.weights / 1024 / held,
        }
        for name, held in weights.items()
    }


def tensorflow_memory(folder: Path) -> dict[str, float]:
    """Megabytes of a process that runs the model in TensorFlow."""
    shape = (1, FRAME, FRAME, 3)
    found = memory.middle([memory.fresh("tensorflow", folder, shape) for _ in range(TENSORFLOW_STARTS)])
    return {"private_mb": found.private * KILOBYTE, "peak_mb": found.peak * KILOBYTE}


def disk(subject: Subject, weights: Path, folder: Path) -> dict[str, int]:
    """Bytes of the weights as trained, of the container, and of the two graphs as they are stored to run."""
    container = folder / "network.ki67"
    write(Compressed(subject.together, vectors(subject.model), architecture_of(subject.model), {}), container)
    graphs = {name: sum(file.stat().st_size for file in (folder / name).iterdir()) for name in ("index_map", "int8_grid")}
    return {"float32": weights.stat().st_size, "container": container.stat().st_size, **graphs}


def facts(subject: Subject, networks: Mapping[str, Network], frames: Frames, find: Callable[[Network], dict[str, float]]) -> Any:
    """What does not change from run to run: how far outputs differ, what the engine holds, which cells are found."""
    some = pixels(frames.evenly(4))
    running = {name: network.running(*some.shape) for name, network in networks.items()}
    whole, mapped = running["float32"](some), running["index_map"](some)
    judged = {"uncompressed": Network(folded(subject.graph)), **{name: networks[name] for name in ("index_map", "int8_grid")}}
    cells = {name: find(network) for name, network in judged.items()}
    return {
        "difference": float(np.abs(mapped - whole).max() / np.abs(whole).max()),
        "widest_constant": {name: network.widest_constant for name, network in running.items()},
        "convolutions": {name: dict(network.arithmetic) for name, network in running.items()},
        "f1": cells,
        "changed": changed(cells),
    }


def changed(f1: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """The largest change of a class's F1 against the uncompressed network, up or down."""
    before = f1["uncompressed"]
    return {name: max(abs(after[label] - before[label]) for label in before) for name, after in f1.items()}


def table(title: str, rows: Mapping[str, Mapping[str, float]]) -> str:
    """Rows as text."""
    text: str = pd.DataFrame(rows).T.to_string(float_format=lambda value: f"{value:,.3f}")
    return f"\n{title}\n{text}"


def bench(folder: Path, frames: Path = Path("frames"), turns: int = 15, starts: int = memory.STARTS) -> Iterator[str]:
    """Measure the model in a folder, and say each table once it is there; `metrics/running.json`, `measurements/running.json`."""
    setting = machine()
    yield ", ".join(f"{key} {' '.join(value) if isinstance(value, list) else value}" for key, value in setting.items())
    model, description = load_keras(folder)
    unit = description.recipe.unit
    scale_output(model, [1 / each for each in unit])
    subject, (judged, source) = tuned(model), fields(frames, "validation", 2, JUDGED)
    calibrating = fields(frames, "train", 1, CALIBRATING)[0].evenly(CALIBRATING)
    networks, wide = subject.networks(calibrating), ten_times()
    times = {f"batch_{batch}": speeds(networks, model, batch, turns) for batch in BATCHES}
    for name, rows in times.items():
        yield table(f"Time, {name}, medians of {turns} turns", rows)
    with tempfile.TemporaryDirectory() as temporary:
        held = {"pathonet": memory_held(networks, subject, Path(temporary), starts)}
        sizes = disk(subject, folder / "weights.safetensors", Path(temporary))
    with tempfile.TemporaryDirectory() as temporary:
        held["ten_times"] = memory_held(wide.networks(calibrating.evenly(2)), wide, Path(temporary), starts)
    for name, rows in held.items():
        yield table(f"Memory, {name}, medians of {starts} starts", rows)
    heavy = tensorflow_memory(folder)
    yield table(f"Memory, medians of {TENSORFLOW_STARTS} starts", {"tensorflow": heavy})
    yield table("Disk", {name: {"bytes": size, "times_less": sizes["float32"] / size} for name, size in sizes.items()})
    found = facts(subject, networks, judged, lambda network: f1(network, judged, detector_of(description), unit))
    yield table(f"F1 at R = 6 on {len(judged)} fields ({source})", found["f1"])
    what = {"quantizer": QUANTIZER, "k": K, "weights": subject.together.weights, "fields": len(judged), "source": source}
    write_json({**what, **found, "disk": sizes}, Path("metrics/running.json"))
    costs = {"machine": setting, "turns": turns, "starts": starts, "time": times, "memory": {**held, "tensorflow": heavy}}
    write_json(costs, Path("measurements/running.json"))
