"""The paper's experiment on energy: a network is asked 500 times. Seconds are measured; kilowatt-hours are a formula.

Without a power meter codecarbon multiplies a processor's nominal watts by how busy this process keeps it, and adds a constant
for the memory that it holds. Its figures stand beside what was measured, under the name that codecarbon gives its way.
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import keras
import numpy as np

from ki67.compression.keras_models import kernels
from ki67.container.codebook import Floats
from ki67.data.frames import Frames
from ki67.engine.index_map import index_map
from ki67.engine.model import Model, load_model
from ki67.models.export import openvino_model
from ki67.models.store import load_keras
from ki67.quantize.quantizers import QUANTIZERS, share_globally

RAPL = Path("/sys/class/powercap")
QUANTIZER, K = "uq", 256  # the paper's compressed network
WARM = 3


@dataclass(frozen=True)
class Cost:
    """What so many queries took."""

    way: str
    queries: int
    wall_s: float  # measured
    cpu_s: float  # measured, all cores together
    kwh: float  # modelled
    cpu_watts: float  # what the model takes the processor to draw
    tracking: str  # codecarbon's own name for how it knows
    joules: float | None  # measured by the processor itself, where the machine lets it be read


Query = Callable[[Floats], object]


def ways(folder: Path, images: Frames) -> dict[str, Query]:
    """The ways to ask: as published, TensorFlow at its best, the engine in two numbers, and compressed."""
    import tensorflow

    whole, _ = load_keras(folder)
    step = tensorflow.function(lambda pixels: whole(pixels, training=False))
    model = load_model(folder)
    return {
        "predict": lambda pixels: whole.predict(pixels, verbose=0),
        "tf_function": lambda pixels: step(tensorflow.constant(pixels)).numpy(),
        "engine_float32": running(model, "float32", images),
        "engine_int8": running(model, "int8", images),
        "index_map": mapped(whole, images),
    }


def running(model: Model, precision: str, images: Frames) -> Query:
    """The engine in some precision."""
    network = model.network("int8" if precision == "int8" else "float32", lambda: images.images[:8])
    return network.running(1, *images.images.shape[1:])


def mapped(whole: keras.Model, images: Frames) -> Query:
    """The network as the paper compresses it, run as an index map."""
    shared = share_globally(kernels(whole), QUANTIZERS[QUANTIZER], K, whole.name)
    return index_map(openvino_model(whole), shared).running(1, *images.images.shape[1:])


def ask(query: Query, frames: Frames, queries: int) -> None:
    """One field after the other, over and over."""
    for number in range(queries):
        query(np.divide(frames.images[number % len(frames)][None], np.float32(255), dtype=np.float32))


def costs(asked: Mapping[str, Query], frames: Frames, queries: int, country: str, tracking_mode: str) -> list[Cost]:
    """Each way's cost, one after the other, each warmed up first."""
    found = []
    for way, query in asked.items():
        ask(query, frames, WARM)
        found.append(cost(way, partial(ask, query, frames, queries), queries, country, tracking_mode))
    return found


def cost(way: str, work: Callable[[], None], queries: int, country: str, tracking_mode: str) -> Cost:
    """Measured by the clocks, modelled by codecarbon, and read from the processor's own meter where there is one."""
    from codecarbon import OfflineEmissionsTracker

    tracker = OfflineEmissionsTracker(
        country_iso_code=country,
        tracking_mode=tracking_mode,
        output_methods=[],
        log_level=logging.CRITICAL,
        measure_power_secs=1,
    )
    meter, wall, cpu = joules(), time.perf_counter(), time.process_time()
    tracker.start()
    work()
    tracker.stop()
    wall, cpu, used = time.perf_counter() - wall, time.process_time() - cpu, joules()
    data = tracker.final_emissions_data
    measured = used - meter if used is not None and meter is not None else None
    return Cost(way, queries, wall, cpu, float(data.energy_consumed), float(data.cpu_power), tracking_of(tracker), measured)


def tracking_of(tracker: object) -> str:
    """How codecarbon says that it knows the processor's power."""
    hardware = [part for part in getattr(tracker, "_hardware", []) if type(part).__name__ == "CPU"]
    return ", ".join(str(getattr(part, "_mode", "unknown")) for part in hardware) or "unknown"


def joules() -> float | None:
    """The processor's own meter (RAPL), all packages together; none where it may not be read."""
    try:
        meters = [path / "energy_uj" for path in sorted(RAPL.glob("intel-rapl:[0-9]"))]
        return sum(int(meter.read_text()) for meter in meters) / 1e6 if meters else None
    except OSError:
        return None


def table(found: Sequence[Cost]) -> list[dict[str, object]]:
    """A row a way, with how many times less it takes than the first."""
    first = found[0]
    return [
        asdict(spent)
        | {
            "ms_per_query": 1000 * spent.wall_s / spent.queries,
            "cpu_ms_per_query": 1000 * spent.cpu_s / spent.queries,
            "times_less_cpu": first.cpu_s / spent.cpu_s,
            "times_less_wall": first.wall_s / spent.wall_s,
            "times_less_kwh": first.kwh / spent.kwh if spent.kwh else None,
        }
        for spent in found
    ]
