"""How fast a whole slide becomes an outline, beside the paper's Table 3: part by part, in both numbers, by two networks.

Every run is a process of its own, in turns, so that whatever else the machine does meets all of them.
"""

import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd

from ki67.base.tables import write_csv, write_json
from ki67.bench.big_slide import FINER, SIZE, big_slides
from ki67.bench.compressed import table
from ki67.bench.machine import machine
from ki67.bench.published_slides import published_networks
from ki67.bench.slide_precisions import numbers_here
from ki67.bench.slide_work import Work, apart, middle
from ki67.bench.slide_workers import efficiency
from ki67.bench.speed import SCORE_PROGRAM, peak_of
from ki67.pictures.header import header
from ki67.pictures.regions import Size
from ki67.slides.drawing import map_size, tumour_in
from ki67.slides.grid import UM_PER_PX, Floats
from ki67.slides.model import load_slide_model
from ki67.slides.names import Numbers
from ki67.tumour.judging import judged

BUILD, MEASURED = Path("build/slides"), Path("measurements/slide_speed.json")
OURS, PUBLISHED = "ours", "of the published size, untaught"


@dataclass(frozen=True)
class Way:
    """Networks of some name in some numbers."""

    networks: str
    folder: Path
    numbers: Numbers


def ways(shipped: Path | None) -> list[Way]:
    """Our networks and some of the published size, each in float32, and in bfloat16 where the processor has it."""
    folders = {OURS: load_slide_model(shipped).path, PUBLISHED: published_networks(BUILD / "published")}
    return [Way(name, folder, each) for name, folder in folders.items() for each in numbers_here()]


def in_turns(asked: Sequence[Way], slide: Path, turns: int) -> dict[Way, list[tuple[Work, Floats]]]:
    """The runs of each way."""
    rounds = [[apart(way.folder, slide, way.numbers) for way in asked] for _ in range(turns)]
    return dict(zip(asked, map(list, zip(*rounds, strict=True)), strict=True))


def dice_change(folder: Path, slide: Path, exact: Floats, refined: Floats) -> float:
    """How far below 1 the Dice of two outlines is, in the frame of the slide's maps."""
    head, threshold = header(slide), load_slide_model(folder).description.threshold
    size = map_size((head.width, head.height), head.um_per_px or UM_PER_PX)
    return 1 - judged(*(tumour_in(each, threshold, size) for each in (exact, refined))).dice


def commanded(folder: Path, slide: Path) -> dict[str, float]:
    """Seconds and megabytes of `ki67 slide` from its start to its end: with libraries loaded, the slide hashed, files written."""
    with tempfile.TemporaryDirectory() as out:
        start = time.perf_counter()
        peak_mb = peak_of(SCORE_PROGRAM, "slide", str(slide), "--out", out, "--model", str(folder))
        return {"wall_s": time.perf_counter() - start, "peak_mb": peak_mb}


def rows_of(found: Mapping[Way, Sequence[tuple[Work, Floats]]]) -> pd.DataFrame:
    """A line a way: its medians."""
    medians = {way: middle([work for work, _ in runs]) for way, runs in found.items()}
    return pd.DataFrame([{"networks": way.networks, "numbers": way.numbers} | asdict(work) for way, work in medians.items()])


def bench(shipped: Path | None, turns: int, size: Size = SIZE) -> Iterator[str]:
    """Measure, say each table, keep `measurements/slide_speed.json` and the same as a table beside it."""
    setting, (whole, quarter), asked = machine(), big_slides(BUILD, size), ways(shipped)
    found = in_turns(asked, whole, turns)
    rows = rows_of(found)
    yield f"\n{FINER * size[0]:,}×{FINER * size[1]:,} pixels, medians of {turns} processes\n{rows.to_string(index=False)}"
    ours = [way for way in asked if way.networks == OURS]
    first, exact = ours[0], found[ours[0]][0][1]
    changes = {way.numbers: dice_change(first.folder, whole, exact, found[way][0][1]) for way in ours[1:]}
    small = middle([work for work, _ in in_turns([first], quarter, turns)[first]])
    yield f"change of Dice: {changes}\na quarter of the slide: {small}"
    commands = {path.stem: commanded(first.folder, path) for path in (whole, quarter)}
    yield table("`ki67 slide` as a whole", commands)
    shared = efficiency(first.folder, whole, quarter)
    yield f"\nTwo slides over Dask: {shared}"
    write_csv(rows, MEASURED.with_suffix(".csv"))
    more = {"machine": setting, "turns": turns, "dice_change": changes, "command": commands, "workers": shared}
    figures = asdict(middle([work for work, _ in found[first]])) | {"quarter": asdict(small), "ways": rows.to_dict("records")}
    write_json(figures | more, MEASURED)
