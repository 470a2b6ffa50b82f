"""The trained network on real fields: a check during development. Nothing is trained or tuned on them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ki67.base.errors import InputError
from ki67.base.tables import write_csv, write_json
from ki67.cells.cells import Cells
from ki67.cells.classical import load_classical
from ki67.cells.evaluation import Resampling, evaluate
from ki67.cells.outcomes import PUBLISHED, STRICT
from ki67.cells.scores import score as count
from ki67.cells.summary import ByClass, ByRule, summary
from ki67.data import bcdata, shidc
from ki67.data.frames import FRAME, Frames
from ki67.data.framing import build_frames
from ki67.data.images import read_rgb, resized
from ki67.data.samples import Sample
from ki67.engine.model import load_model
from ki67.engine.networks import networks_in
from ki67.models.predictions import Network, found_by
from ki67.pictures.inputs import Picture
from ki67.score.evaluate import Figures, figures, outcome_of
from ki67.score.scorer import CellScorer
from ki67.simulate.likeness import LIKE, beside_real
from ki67.study.real_masks import NAME as MASKS
from ki67.study.real_masks import RealMasks, check_masks
from ki67.study.real_patches import FOLDER as PATCHES
from ki67.study.real_patches import Patches, check_patches
from ki67.study.real_slides import FOLDER as SLIDES
from ki67.study.real_slides import RealSlides, check_slides
from ki67.tiles.model import load_cellularity_model
from ki67.weights import CELLULARITY

RESULT = Path("release/real_check.json")
REALISM = Path("release/realism.csv")
SIMULATION = Path("metrics/simulation.csv")
HELD = "shidc/, bcdata/, breastpathq/, slides/"
TUMOUR = ("positive", "negative")


def check_folder(folder: Path | None, model: Path | None) -> list[str]:
    """Judge the network, the classical row and chance on every set in a folder; lines to print, and one JSON file."""
    if folder is None:
        return [f"real-check: skipped; name a folder that holds one of {HELD}: make real-check REAL=FOLDER"]
    sets = {name: read for name, read in READERS.items() if (folder / name).is_dir()}
    patches, slides = ((folder / name).is_dir() for name in (PATCHES, SLIDES))
    if not sets and not patches and not slides:
        raise InputError(f"{folder}: holds none of {HELD}; see the book's page on real tissue for their layout")
    results: dict[str, Fields | RealMasks | Patches | RealSlides] = {**cells_of(folder, sets, model)} if sets else {}
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
    if any((folder / name).is_dir() for name in LIKE.values()):
        write_csv(beside_real(pd.read_csv(SIMULATION), folder), REALISM)
    return lines


@dataclass(frozen=True)
class Fields:
    """What a set of real fields says of the network, the classical row and chance, and of `ki67 score` on the same files."""

    images: int
    um_per_px: float
    excluded: Sequence[str]  # without a labelled tumour cell: they have no index
    detection: Mapping[str, ByRule]
    ki67_rmse_image: Mapping[str, float | None]
    ki67_rmse_image_interval: Mapping[str, tuple[float | None, float | None]]
    score: Figures

    def lines(self, name: str) -> list[str]:
        """What the check came to, as lines to print."""
        left_out = f", index undefined in {', '.join(self.excluded)}" if self.excluded else ""
        lines = [f"{name}: {self.images} real fields, development figures{left_out}"]
        for method, rules in self.detection.items():
            strict, published = (_f1_line(rules[rule.key]) for rule in (STRICT, PUBLISHED))
            lines.append(f"  {method:10} R=6: {strict} · R=20: {published}")
        scored = self.score[STRICT.name]
        lines.append("  ki67 score R=6: " + ", ".join(f"{kind} {scored[kind].value:.3f}" for kind in TUMOUR))
        lines += [f"  index RMSE per image, {method}: {error:.3f}" for method, error in self.ki67_rmse_image.items()]
        return lines


def _f1_line(classes: ByClass) -> str:
    found = ((kind, classes[kind]) for kind in TUMOUR)
    return ", ".join(f"{kind} {figures.f1:.3f} ({figures.f1_low:.2f} to {figures.f1_high:.2f})" for kind, figures in found)


def cells_of(folder: Path, sets: Mapping[str, Callable[[Path], Frames]], model: Path | None) -> dict[str, Fields]:
    """The network for cells on each set, by the rules of the test and by `ki67 score`."""
    network, settings = prepared(model)
    return {
        name: judged(read(folder / name), network, settings, scored(name, folder / name, network)) for name, read in sets.items()
    }


def prepared(model: Path | None) -> tuple[Path, Path]:
    """The network to check and the classical settings that were tuned with it: the release's, else what was just run."""
    for networks, settings in (
        ([Path("release/pathonet")], Path("release/metrics/classical.json")),
        (networks_in(Path("models/tuned")) if Path("models/tuned").is_dir() else [], Path("metrics/classical.json")),
    ):
        network = model or next(iter(networks), None)
        if network and network.is_dir() and settings.is_file():
            return network, settings
    raise InputError(f"{model or 'release/pathonet'}: no trained network there; run make reproduce first")


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


def judged(frames: Frames, network: Path, settings: Path, score: Figures) -> Fields:
    """Counts pooled over a set, with intervals, by the same rules as the test; each picture is its own unit."""
    alone = replace(frames, patients=frames.names)
    outcomes = [Network.load(network).outcome(alone), found_by("classical", load_classical(settings), alone)]
    found = summary(evaluate(outcomes, Resampling()))
    errors = {method: scores.ki67_rmse_image for method, scores in found.scores.items()}
    return Fields(
        images=len(frames),
        um_per_px=shidc.SHIDC.um_per_px * shidc.PUBLISHED_SIZE[0] / FRAME,
        excluded=undefined(frames),
        detection=found.detection,
        ki67_rmse_image={method: error.value for method, error in errors.items()},
        ki67_rmse_image_interval={method: (error.low, error.high) for method, error in errors.items()},
        score=score,
    )


def scored(name: str, folder: Path, network: Path) -> Figures:
    """The same pictures through `ki67 score`, from their files."""
    layout = LAYOUTS[name]
    pairs = [(Picture(sample.image, sample.name), layout.cells(sample)) for sample in layout.samples(folder)]
    with CellScorer(load_model(network), "float32", layout.um_per_px) as scorer:
        return figures(outcome_of(pairs, scorer))


def undefined(frames: Frames) -> list[str]:
    """Pictures without a labelled tumour cell: they have no index."""
    return [name for name, cells in zip(frames.names, frames.cells, strict=True) if count(cells).n_tumour == 0]
