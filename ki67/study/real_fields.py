"""The trained networks on real fields: a check during development. Nothing is trained or tuned on them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import TypeAdapter

from ki67.base.errors import InputError
from ki67.base.tables import read_json, write_csv, write_json
from ki67.cells.cells import Cells
from ki67.data import bcdata, shidc
from ki67.data.frames import FRAME, Frames
from ki67.data.framing import build_frames
from ki67.data.images import read_rgb, resized
from ki67.data.samples import Sample
from ki67.engine.model import load_model
from ki67.engine.networks import first_network
from ki67.pictures.inputs import Picture
from ki67.score.evaluate import Figures, figures, outcome_of
from ki67.score.scorer import CellScorer
from ki67.simulate.likeness import LIKE, beside_real
from ki67.study.real_cells import Fields, judged
from ki67.study.real_masks import NAME as MASKS
from ki67.study.real_masks import RealMasks, check_masks
from ki67.study.real_patches import FOLDER as PATCHES
from ki67.study.real_patches import Patches, check_patches
from ki67.study.real_slides import FOLDER as SLIDES
from ki67.study.real_slides import RealSlides, check_slides
from ki67.study.real_tables import write_tables
from ki67.tiles.model import load_cellularity_model
from ki67.weights import CELLULARITY, NETWORK

RESULT = Path("release/real_check.json")
REALISM = Path("release/realism.csv")
SIMULATION = Path("metrics/simulation.csv")
LONGEST = (Path("release/scorer"), Path("release/pathonet"))
JUST_RUN = (Path("models/scorer/tuned"), Path("models/tuned"))
HELD = "shidc/, bcdata/, breastpathq/, slides/"


def check_folder(folder: Path | None, model: Path | None) -> list[str]:
    """Judge the network, the classical row and chance on every set in a folder; lines to print, and one JSON file."""
    if folder is None:
        return [f"real-check: skipped; name a folder that holds one of {HELD}: make real-check REAL=FOLDER"]
    sets = {name: read for name, read in READERS.items() if (folder / name).is_dir()}
    patches, slides = ((folder / name).is_dir() for name in (PATCHES, SLIDES))
    if not sets and not patches and not slides:
        raise InputError(f"{folder}: holds none of {HELD}; see the book's page on real tissue for their layout")
    cells = cells_of(folder, sets, model) if sets else {}
    results: dict[str, Fields | RealMasks | Patches | RealSlides] = {**cells}
    if "shidc" in sets:
        results[MASKS] = check_masks(shidc_parts(folder / "shidc"))
    lines = [line for name, result in results.items() for line in result.lines(name)]
    if patches and not CELLULARITY.is_dir():
        lines.append(f"{PATCHES}: skipped; no network for cellularity is shipped")
    elif patches:
        results[PATCHES] = check_patches(folder / PATCHES, load_cellularity_model())
        lines += results[PATCHES].lines(PATCHES)
    if slides:
        results[SLIDES] = check_slides(folder / SLIDES)
        lines += results[SLIDES].lines(SLIDES)
    if results:
        write_json({name: asdict(result) for name, result in results.items()}, RESULT)
        lines.append(f"written: {RESULT}")
    if cells:
        write_tables(kept(cells))
    if any((folder / name).is_dir() for name in LIKE.values()):
        write_csv(beside_real(pd.read_csv(SIMULATION), folder), REALISM)
    return lines


def kept(sets: Iterable[str]) -> dict[str, Fields]:
    """These sets as the file of results has them: tables made of it again are the same bytes."""
    told = read_json(RESULT)
    return {name: TypeAdapter(Fields).validate_python(told[name]) for name in sets}


def cells_of(folder: Path, sets: Mapping[str, Callable[[Path], Frames]], model: Path | None) -> dict[str, Fields]:
    """The networks for cells on each set by the rules of the test, and `ki67 score` with the file that ships."""
    networks, settings = prepared(model)
    return {
        name: judged(read(folder / name), networks, settings, scored(name, folder / name, model or NETWORK))
        for name, read in sets.items()
    }


def prepared(model: Path | None) -> tuple[Sequence[Path], Path]:
    """The networks to check and the classical settings that were tuned with them: the release's, else what was just run."""
    for networks, settings in (
        ([folder for folder in LONGEST if folder.is_dir()], Path("release/metrics/classical.json")),
        ([first_network(folder) for folder in JUST_RUN if folder.is_dir()], Path("metrics/classical.json")),
    ):
        asked = [model] if model else networks
        if asked and all(network.is_dir() for network in asked) and settings.is_file():
            return asked, settings
    raise InputError(f"{model or LONGEST[-1]}: no trained network there; run make reproduce first")


def shidc_frames(folder: Path) -> Frames:
    """Pictures with their JSON beside them, in one folder or in Train/ and Test/."""
    return build_frames(shidc_parts(folder))


def bcdata_frames(folder: Path) -> Frames:
    """BCData pictures brought to the same µm/px; each stands for a patient, since none is named."""
    samples = bcdata.read_folder(folder)
    images, cells = zip(*(_bcdata_frame(sample) for sample in samples), strict=True)
    return Frames(tuple(s.name for s in samples), tuple(s.patient for s in samples), np.stack(images), cells)


def _bcdata_frame(sample: Sample) -> tuple[NDArray[np.uint8], Cells]:
    image = read_rgb(sample.image)
    scale = bcdata.UM_PER_PX / (shidc.SHIDC.um_per_px * shidc.PUBLISHED_SIZE[0] / FRAME)
    if round(image.width * scale / 16) * 16 != FRAME or image.width != image.height:
        raise InputError(f"{sample.image}: {image.width}×{image.height}; BCData pictures are 640×640")
    return resized(image, FRAME), bcdata.read_cells(sample).scaled(FRAME / image.width, "network")


def shidc_parts(folder: Path) -> list[Sample]:
    """Samples in one folder or in Train/ and Test/."""
    parts = [folder / part for part in shidc.PARTS if (folder / part).is_dir()] or [folder]
    return [sample for part in parts for sample in shidc.read_part(part)]


@dataclass(frozen=True)
class Layout:
    """How a set's samples are found and their labels read, and its µm/px where `ki67 score` must be told."""

    samples: Callable[[Path], list[Sample]]
    cells: Callable[[Sample], Cells]
    um_per_px: float | None


LAYOUTS = {
    "shidc": Layout(shidc_parts, lambda sample: shidc.read_labels(sample)[1], None),
    "bcdata": Layout(bcdata.read_folder, bcdata.read_cells, bcdata.UM_PER_PX),
}
READERS: dict[str, Callable[[Path], Frames]] = {"shidc": shidc_frames, "bcdata": bcdata_frames}


def scored(name: str, folder: Path, network: Path) -> Figures:
    """The same pictures through `ki67 score`, from their files."""
    layout = LAYOUTS[name]
    pairs = [(Picture(sample.image, sample.name), layout.cells(sample)) for sample in layout.samples(folder)]
    with CellScorer(load_model(network), "float32", layout.um_per_px) as scorer:
        return figures(outcome_of(pairs, scorer))
