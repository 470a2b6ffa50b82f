"""From a file to its cells, in two ways that can be timed, and the pictures for it; what a way takes as a row."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from pathlib import Path
from statistics import median

from PIL import Image

from ki67.bench.published import published_cells
from ki67.bench.turns import Turn
from ki67.models.predictions import Network
from ki67.pictures.header import header
from ki67.score.scorer import CellScorer
from ki67.simulate import render_field

PICTURES = 6  # simulated fields, 1228×1228, as jpg
Rows = dict[str, dict[str, float]]


def rows_of(costs: Mapping[str, Sequence[Turn]], pictures: int, beside: Sequence[str]) -> Rows:
    """Pictures a second, milliseconds by clock and cores, and how many times as fast as others."""

    def times(name: str, other: str) -> float:
        return median(rival.wall / turn.wall for turn, rival in zip(costs[name], costs[other], strict=True))

    return {
        name: {
            "pictures_per_s": pictures / median(turn.wall for turn in taken),
            "ms": 1000 * median(turn.wall for turn in taken) / pictures,
            "cpu_ms": 1000 * median(turn.cpu for turn in taken) / pictures,
        }
        | {f"times_{other}": times(name, other) for other in beside}
        for name, taken in costs.items()
    }


def as_published(published: Network, paths: Sequence[Path]) -> None:
    """Files to cells, one after the other, in Keras."""
    for path in paths:
        published_cells(published.model, path, published.detector.thresholds)


def by_engine(scorer: CellScorer, workers: Executor, paths: Sequence[Path]) -> None:
    """Files to cells in the engine, as many at once as there are workers."""
    list(workers.map(lambda path: scorer.cells(header(path)), paths))


def pictures(folder: Path) -> list[Path]:
    """Simulated fields as jpg, the same every time."""
    paths = [folder / f"field{number}.jpg" for number in range(1, PICTURES + 1)]
    for number, path in enumerate(paths, 1):
        Image.fromarray(render_field(7, number, 1).image).save(path, quality=92)
    return paths
