"""Our file beside others: every coder on the same networks, and our quantiser beside the ISO codec's own at equal F1."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import zstandard

from ki67.base.tables import write_csv, write_json
from ki67.bench.coders import CODERS, NNC, OURS, NotRun, Written, by_coder, joined, through_nnc
from ki67.compression.chosen import found, stored
from ki67.compression.keras_models import put_vectors, shareable, vectors
from ki67.compression.small import MOST, f1_of, shipped_vectors, smallest_file
from ki67.compression.trials import Studio
from ki67.container.codebook import Floats
from ki67.container.container import Compressed, packed, read
from ki67.container.shared import SharedWeights
from ki67.data.frames import Frames, load_frames
from ki67.engine.networks import first_network
from ki67.quantize.ecsq import typical, with_step
from ki67.quantize.quantizers import QUANTIZERS, Quantizer, share_globally
from ki67.settings.compression import Compress
from ki67.settings.params import PARAMS, settings_of

K, SMALLEST = 256, "smallest"
STEPS = {"step_50": 0.5, "step_100": 1.0}  # of ECSQ with λ > 0, in hundredths of the median weight's size
QPS = range(-26, -40, -1)  # the ISO codec's steps, from coarse to fine: four of them halve it
TOLERANCE = 0.005  # of a class's F1 on validation patients: what either coder may lose
ALIKE = 1.6  # ECSQ by a step so many times longer makes about the error of the codec's dependent quantiser


@dataclass(frozen=True)
class Rung:
    """A step of one quantiser: its bytes, its error, and what it loses of F1 on validation patients."""

    coder: str
    step: float  # of the median weight's size
    file_bytes: int
    ratio: float
    mse: float
    f1_positive: float
    f1_negative: float
    f1_til: float
    lost: float  # the largest loss of a class against the uncompressed network; below nought, all gained
    kept: bool


@dataclass(frozen=True)
class Coarse:
    """Kernels on coarser steps, and the bytes of the whole network's file."""

    step: float
    file_bytes: int
    kernels: dict[str, Floats]


class Scales:
    """A network whose kernels are put on coarser and finer steps, weighed, and judged on validation patients."""

    def __init__(self, studio: Studio, validation: Frames) -> None:
        self.studio, self.validation = studio, validation
        self.vectors = shipped_vectors(studio.model)
        self.typical = typical(studio.kernels.values())
        self.float32_bytes = 4 * (studio.weights + sum(values.size for values in self.vectors.values()))

    @cached_property
    def whole(self) -> list[float]:
        """F1 of the uncompressed network, which nothing may have touched before."""
        return f1_of(found(self.studio, "whole", self.validation))

    def shipped(self, shared: SharedWeights) -> Compressed:
        """With all that a file holds beside the kernels: BatchNorm folded, at half precision."""
        return stored(self.studio, shared, self.vectors, {})

    def networks(self) -> Iterator[tuple[str, Compressed]]:
        """Under each published quantiser, and under two λ."""
        ways: dict[str, Quantizer] = {f"{name}_{K}": method for name, method in QUANTIZERS.items()}
        ways |= {name: with_step(step * self.typical) for name, step in STEPS.items()}
        for name, method in ways.items():
            yield name, self.shipped(share_globally(self.studio.kernels, method, K, name))

    def ours(self, qp: int) -> Coarse:
        """ECSQ with λ, in our container."""
        shared = share_globally(self.studio.kernels, with_step(ALIKE * step_of(qp)), MOST, "step")
        size = len(packed(self.shipped(shared), "container"))
        return Coarse(ALIKE * step_of(qp), size, {kernel.name: shared.values(kernel) for kernel in shared.kernels})

    def theirs(self, qp: int) -> Coarse:
        """The ISO codec's dependent quantiser, in its own stream, with the same values beside the kernels."""
        run = through_nnc({**self.studio.kernels, **joined(self.vectors)}, qp)
        return Coarse(step_of(qp), run.file_bytes, {name: run.decoded[name] for name in self.studio.kernels})

    def judged(self, coder: str, coarse: Coarse, tolerance: float) -> Rung:
        """What a step comes to: bytes, error, and F1 of the network with its kernels, kept within the tolerance or not."""
        whole, before = self.whole, self.studio.kernels
        put_vectors(self.studio.model, self.vectors)
        places = shareable(self.studio.model)
        for name, values in coarse.kernels.items():
            places[name].assign(values)
        f1 = f1_of(found(self.studio, coder, self.validation))
        error = sum(float(np.sum((values - before[name]) ** 2, dtype=np.float64)) for name, values in coarse.kernels.items())
        mse, lost = error / self.studio.weights, float(np.nanmax(np.subtract(whole, f1)))
        step, ratio = coarse.step / self.typical, self.float32_bytes / coarse.file_bytes
        return Rung(coder, step, coarse.file_bytes, ratio, mse, f1[0], f1[1], f1[2], lost, lost <= tolerance)


def descend(judged: Callable[[int], Rung]) -> Iterator[Rung]:
    """From coarse to fine until every F1 is kept."""
    for qp in QPS:
        rung = judged(qp)
        yield rung
        if rung.kept:
            return


def step_of(qp: int) -> float:
    """The ISO codec's step: four of its numbers to an octave."""
    return float((4 + qp % 4) * 2.0 ** (qp // 4 - 2))


@dataclass(frozen=True)
class Benchmark:
    """All networks by all coders, and the steps that were tried."""

    written: list[Written]
    rungs: list[Rung]

    def sizes(self) -> pd.DataFrame:
        """A row a network: how many times smaller each coder makes it."""
        table = pd.DataFrame([{"network": w.network, "coder": w.coder, "ratio": w.ratio} for w in self.written])
        wide = table.pivot(index="network", columns="coder", values="ratio")
        return wide.loc[table["network"].unique(), table["coder"].unique()].reset_index()

    def times(self) -> pd.DataFrame:
        """CPU seconds of every coder, the median over the networks."""
        table = pd.DataFrame([{"coder": w.coder, "encode_s": w.encode_s, "decode_s": w.decode_s} for w in self.written])
        return table.dropna().groupby("coder", sort=False).median().reset_index()

    def figures(self) -> dict[str, Any]:
        """For prose: `networks.NETWORK.CODER`, and `equal_f1.CODER`, the coarsest step that keeps every F1."""
        networks: dict[str, dict[str, Any]] = {}
        for written in self.written:
            record = {
                "file_bytes": written.file_bytes,
                "ratio": written.ratio,
                "round_megabytes": written.round_megabytes,
                "not_run": written.not_run,
            }
            networks.setdefault(written.network, {})[written.coder] = record
        nothing = dict.fromkeys(field.name for field in fields(Rung))
        kept = {rung.coder: asdict(rung) for rung in self.rungs if rung.kept}
        return {"networks": networks, "equal_f1": {OURS: nothing, NNC: nothing} | kept}

    def keep(self, folder: Path) -> None:
        """Sizes and losses among the metrics, CPU seconds among the measurements."""
        write_csv(self.sizes(), folder / "metrics/coders.csv")
        write_csv(pd.DataFrame([asdict(rung) for rung in self.rungs]), folder / "metrics/coders_f1.csv")
        write_json(self.figures(), folder / "metrics/coders.json")
        write_csv(self.times(), folder / "measurements/coders.csv")


def benchmark(studio: Studio, validation: Frames, smallest: Path, tolerance: float) -> Benchmark:
    """Every coder on the network as each quantiser leaves it and on the smallest file; then both ladders."""
    scales = Scales(studio, validation)
    written = [*as_it_is(scales)]
    for name, compressed in scales.networks():
        written += by_coder(name, compressed, scales.float32_bytes)
    if smallest.is_file():
        written += by_coder(SMALLEST, read(smallest), scales.float32_bytes)
    else:
        written += [Written(SMALLEST, coder, not_run=f"{smallest}: not there; run the stage `small`") for coder in (*CODERS, NNC)]
    rungs = [*descend(lambda qp: scales.judged(OURS, scales.ours(qp), tolerance))]
    with suppress(NotRun):
        rungs += descend(lambda qp: scales.judged(NNC, scales.theirs(qp), tolerance))
    return Benchmark(written, rungs)


def benchmark_study(folder: Path) -> None:
    """The first network of a study that has run, in its own frames; the figures join the study's."""
    studio = Studio(first_network(folder / "models/tuned"), settings_of(Compress, folder / PARAMS))
    validation = load_frames(folder / "frames/validation.npz")
    benchmark(studio, validation, smallest_file(folder), TOLERANCE).keep(folder)


def as_it_is(scales: Scales) -> Iterator[Written]:
    """The float32 parameters, alone and in Zstandard."""
    raw = b"".join(values.tobytes() for values in [*scales.studio.kernels.values(), *vectors(scales.studio.model).values()])
    for coder, size in (("raw", len(raw)), ("zstd_19", len(zstandard.ZstdCompressor(19).compress(raw)))):
        yield Written("float32", coder, size, scales.float32_bytes / size)
