"""What stages take: written when one ends, read for the time that is left and for the provenance of a run."""

import os
import resource
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import TypeAdapter

from ki67.base.tables import read_json, write_json

MEASUREMENTS = "measurements"
WHOLE = "reproduce"  # what one run of all stages and the book took


@dataclass(frozen=True)
class Cost:
    """What a stage took, its kernel and the kernel's children together.

    Of a stage that was killed and went on, it is the last attempt alone, and `resumed` says so.
    """

    wall_s: float
    cpu_s: float
    peak_rss_mb: int
    cores: int | None
    resumed: bool


def cost_of_children(wall: float, resumed: bool) -> Cost:
    """What the ended children of this process used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(
        wall_s=round(wall, 1),
        cpu_s=round(used.ru_utime + used.ru_stime, 1),
        peak_rss_mb=round(used.ru_maxrss / 1024),
        cores=os.cpu_count(),
        resumed=resumed,
    )


def write_cost(cost: Cost, name: str, folder: Path = Path()) -> None:
    """Keep what a stage took, or an item of it."""
    write_json(asdict(cost), folder / f"{MEASUREMENTS}/{name}.json")


def costs(stage: str, folder: Path) -> dict[str, Cost]:
    """What a stage took when it was last measured, or each of its items did; nothing where it never was."""
    files = [folder / f"{MEASUREMENTS}/{stage}.json", *sorted((folder / MEASUREMENTS).glob(f"{stage}-*.json"))]
    return {file.stem: TypeAdapter(Cost).validate_python(read_json(file)) for file in files if file.is_file()}


def minutes(stage: str, folder: Path) -> dict[str, float]:
    """The same as minutes."""
    return {name: cost.wall_s / 60 for name, cost in costs(stage, folder).items()}


def minutes_of(stages: Iterable[str], folder: Path) -> float:
    """How long the stages took, all their items together."""
    return sum(sum(minutes(stage, folder).values()) for stage in stages)
