"""How often either tool says that a picture is of the wrong stain, where it is and where it is not: real and simulated ones."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
from PIL import Image

from ki67.base.errors import InputError
from ki67.base.tables import write_csv
from ki67.data import bcdata, shidc
from ki67.engine.model import load_model
from ki67.pictures.header import header
from ki67.pictures.stains import WRONG
from ki67.score import appearance as fields
from ki67.score.scorer import CellScorer
from ki67.simulate import render_field
from ki67.simulate.field import SHIDC_LIKE
from ki67.simulate.he.patch import render_patch
from ki67.simulate.he.patients import UM_PER_PX
from ki67.tiles import appearance as tiles
from ki67.tiles.model import load_cellularity_model
from ki67.tiles.scorer import CellularityScorer
from ki67.weights import CELLULARITY, NETWORK

RESULT = Path("release/wrong_stains.csv")
SEED, PATIENTS = 773, 40  # simulated for this alone: the bounds were set with others in view
KI67, HE = "Ki-67", "H&E"


@dataclass(frozen=True)
class PictureSet:
    """Pictures of one stain and scale; without a scale the files tell it."""

    name: str
    stain: str
    pictures: tuple[Path, ...]
    um_per_px: float | None


@dataclass(frozen=True)
class Warned:
    """Of how many pictures each tool says that the stain is wrong, and that something lies outside the ranges of training."""

    pictures_of: str
    stain: str
    pictures: int
    score_stain: int
    score_ranges: int
    cellularity_stain: int
    cellularity_ranges: int
    cellularity_undefined: int  # no tissue of H&E's colours, so no figure

    def line(self) -> str:
        """For the terminal."""
        n, told = self.pictures, f"{self.pictures_of}, {self.stain}: wrong stain said by ki67 score of {self.score_stain}"
        return f"{told} of {n}, by ki67 cellularity of {self.cellularity_stain} of {n}"


def check_stains(folder: Path) -> list[str]:
    """Both tools on every real picture in a folder and on simulated ones; lines to print, and a table."""
    with TemporaryDirectory() as made:
        found = [warned_of(pictures) for pictures in [*real_sets(folder), *simulated_sets(Path(made))] if pictures.pictures]
    write_csv(pd.DataFrame([asdict(row) for row in found]), RESULT)
    return [*(row.line() for row in found), f"written: {RESULT}"]


def real_sets(folder: Path) -> Iterator[PictureSet]:
    """What of the known layouts a folder holds."""
    scale = shidc.SHIDC.um_per_px
    yield PictureSet("SHIDC-B-Ki-67", KI67, tuple(sorted((folder / "shidc").rglob("*.jpg"))), scale)
    yield PictureSet("BCData", KI67, tuple(sorted((folder / "bcdata").rglob("*.png"))), bcdata.UM_PER_PX)
    yield PictureSet("BreastPathQ", HE, tuple(sorted((folder / "breastpathq").rglob("*.tif"))), UM_PER_PX)
    yield PictureSet("slides", HE, tuple(filter(tells_its_scale, sorted((folder / "slides").glob("*.svs")))), None)


def tells_its_scale(slide: Path) -> bool:
    """Some slides cannot be read, and some do not say how large their pixels are: they are left out."""
    try:
        return header(slide).um_per_px is not None
    except InputError:
        return False


def simulated_sets(folder: Path) -> Iterator[PictureSet]:
    """One field or patch a patient."""
    numbers = range(1, PATIENTS + 1)
    cells = saved(folder / KI67, (Image.fromarray(render_field(SEED, number, 1).image) for number in numbers))
    yield PictureSet("simulated", KI67, cells, SHIDC_LIKE.um_per_px)
    patches = saved(folder / HE, (Image.fromarray(render_patch(SEED, number, 1, 1).image) for number in numbers))
    yield PictureSet("simulated", HE, patches, UM_PER_PX)


def saved(folder: Path, images: Iterable[Image.Image]) -> tuple[Path, ...]:
    """As files, which is what the tools take."""
    folder.mkdir()
    paths = []
    for number, image in enumerate(images):
        paths.append(folder / f"{number}.png")
        image.save(paths[-1])
    return tuple(paths)


def warned_of(found: PictureSet) -> Warned:
    """What the two commands say of a set."""
    with CellScorer(load_model(NETWORK), "float32", found.um_per_px) as scorer:
        cells = [scorer.score(path.name, header(path)).result.unfamiliar for path in found.pictures]
    with CellularityScorer(load_cellularity_model(CELLULARITY), found.um_per_px) as grader:
        grades = [grader.score(path.name, header(path)).result for path in found.pictures]
    ranges = texts_of(fields.WARNINGS.values()), texts_of(tiles.WARNINGS.values())
    said = [grade.warnings for grade in grades]
    return Warned(
        found.name, found.stain, len(found.pictures), having(cells, WRONG), having(cells, ranges[0]), having(said, WRONG),
        having(said, ranges[1]), sum(grade.cellularity is None for grade in grades),
    )  # fmt: skip


def texts_of(pairs: Iterable[tuple[str, str]]) -> frozenset[str]:
    """All that may be said of numbers below and above."""
    return frozenset(text for pair in pairs for text in pair)


def having(warnings: Iterable[Iterable[str]], wanted: frozenset[str]) -> int:
    """In how many pictures one of the wanted warnings is given."""
    return sum(not wanted.isdisjoint(given) for given in warnings)
