"""What a running network keeps in memory, asked of fresh processes: each starts, runs it twice, and says what it holds."""

import gc
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

import numpy as np

from ki67.base.errors import InputError
from ki67.bench.child import run_python
from ki67.engine.graphs import Network, hand_back

STARTS = 7
CHILD = "import sys; from ki67.bench import memory; memory.{program}(sys.argv[1], *map(int, sys.argv[2:]))"
PROC = Path("/proc/self")
Shape = tuple[int, ...]


@dataclass(frozen=True)
class Resident:
    """Memory of one process in kilobytes: what it shares with no other, the part of that which lies in files too, the peak."""

    private: float
    mapped: float
    peak: float


def of_this_process() -> Resident:
    """What it holds once garbage is collected and handed back. The peak is of this program, not of what started it."""
    gc.collect()
    hand_back()
    try:
        rollup, status = (PROC / "smaps_rollup").read_text(), (PROC / "status").read_text()
    except OSError as error:
        raise InputError(f"{error.filename}: not there; memory is measured on Linux only") from error
    clean, dirty = _kilobytes(rollup, "Private_Clean"), _kilobytes(rollup, "Private_Dirty")
    return Resident(clean + dirty, clean, _kilobytes(status, "VmHWM"))


def _kilobytes(text: str, entry: str) -> int:
    return int(re.search(rf"^{entry}:\s+(\d+) kB", text, re.MULTILINE)[1])  # type: ignore[index]


def engine(folder: str, *shape: int) -> None:
    """The program of a child that runs a stored graph."""
    running = Network.load(Path(folder)).running(*shape)
    for _ in range(2):
        running(np.zeros(shape, np.float32))
    print(json.dumps(asdict(of_this_process())))


def tensorflow(folder: str, *shape: int) -> None:
    """The program of a child that runs a model folder in TensorFlow."""
    import tensorflow

    from ki67.models.store import load_keras

    model, _ = load_keras(Path(folder))
    step = tensorflow.function(lambda pixels: model(pixels, training=False))
    for _ in range(2):
        step(tensorflow.zeros(shape))
    print(json.dumps(asdict(of_this_process())))


def fresh(program: str, folder: Path, shape: Shape) -> Resident:
    """What a new process holds that runs one of the programs here."""
    printed = run_python(CHILD.format(program=program), str(folder), *map(str, shape))
    return Resident(**json.loads(printed.splitlines()[-1]))


def engines(folders: Mapping[str, Path], shape: Shape, starts: int = STARTS) -> dict[str, list[Resident]]:
    """Every stored graph started so many times, in turns: what the machine does meanwhile meets all of them."""
    rounds = [{name: fresh("engine", folder, shape) for name, folder in folders.items()} for _ in range(starts)]
    return {name: [each[name] for each in rounds] for name in folders}


def middle(found: Sequence[Resident]) -> Resident:
    """The median of each figure."""
    return Resident(*(median(getattr(resident, field) for resident in found) for field in ("private", "mapped", "peak")))


def difference(ones: Sequence[Resident], others: Sequence[Resident]) -> Resident:
    """The median of the differences, start by start."""
    pairs = [(asdict(minuend), asdict(subtrahend)) for minuend, subtrahend in zip(ones, others, strict=True)]
    return middle([Resident(**{key: minuend[key] - subtrahend[key] for key in minuend}) for minuend, subtrahend in pairs])
