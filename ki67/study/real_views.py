"""Real pictures without their labels: whether the shipped file finds there the cells of its network."""

from pathlib import Path

from ki67.base.tables import write_csv
from ki67.bench.robustness import likeness_table
from ki67.engine.model import load_model
from ki67.pictures.header import header
from ki67.pictures.reader import open_regions
from ki67.pictures.regions import Pixels, Region
from ki67.score.same_cells import View, compared, furthest, views
from ki67.study.wrong_stains import KI67, real_sets
from ki67.weights import NETWORK, fields

WHOLE = Path("release/scorer")
RESULT = Path("release/same_cells.csv")


def real_views(folder: Path, um_per_px: float) -> list[View]:
    """Each set of Ki-67 pictures in a folder as `make real-check` takes it, at a network's scale."""
    return [
        View(found.name, [at_scale(path, found.um_per_px, um_per_px) for path in found.pictures])
        for found in real_sets(folder)
        if found.stain == KI67 and found.um_per_px and found.pictures
    ]


def at_scale(path: Path, um_per_px: float, wanted: float) -> Pixels:
    """A whole field as a network sees it."""
    picture = open_regions(header(path), um_per_px, wanted)
    return picture.read(Region(0, 0, *picture.size(wanted), wanted))


def check_same_cells(folder: Path) -> list[str]:
    """What ships against its network, on the simulated fields that ship and on real pictures; lines to print, and a table."""
    file, whole = load_model(NETWORK), load_model(WHOLE)
    found = compared(whole, file, [*views(fields().images), *real_views(folder, file.um_per_px)])
    write_csv(likeness_table(found), RESULT)
    worst = furthest(found)
    verdict = "finds the cells of its network" if worst.kept else "finds other cells than its network"
    return [f"the shipped file {verdict}: {worst}", f"written: {RESULT}"]
