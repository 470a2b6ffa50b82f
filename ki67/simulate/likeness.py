"""Folders of fields by number, simulated and real: a laboratory that is made like a set is held against that set."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, fields
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image

from ki67.base.errors import InputError
from ki67.cells.cells import Cells
from ki67.data import bcdata
from ki67.data.images import read_rgb
from ki67.data.source import SIMULATED_MARK
from ki67.simulate.cohort import Cohort, Order, test_orders, training_orders
from ki67.simulate.field import SHIDC_LIKE as SCENE
from ki67.simulate.field import Scene
from ki67.simulate.laboratories import BCDATA_LIKE, SHIDC_LIKE
from ki67.simulate.patients import draw_patient
from ki67.simulate.realism import Realism, measure, stain_histograms

NUMBERS = ("q05", "q50", "q95")
LIKE = {SHIDC_LIKE.name: "shidc", BCDATA_LIKE.name: "bcdata"}
Measured = Mapping[str, Sequence[Realism]]  # by laboratory


def realism_table(measured: Measured) -> pd.DataFrame:
    """Percentiles over the pictures of each laboratory, a measure a row."""
    rows = [(name, key, *values) for name, pictures in measured.items() for key, values in quantiles(pictures).items()]
    return pd.DataFrame(rows, columns=["laboratory", "measure", *NUMBERS])


def quantiles(measured: Sequence[Realism]) -> dict[str, tuple[float, float, float]]:
    """Per measure the 5th, 50th and 95th percentile over the pictures."""
    names = [f.name for f in fields(Realism)]
    table = np.array([astuple(picture) for picture in measured], dtype=np.float64).reshape(-1, len(names))
    rows = {}
    for name, column in zip(names, table.T, strict=True):
        known = column[np.isfinite(column)]
        low, middle, high = np.percentile(known, [5, 50, 95]) if len(known) else (np.nan,) * 3
        rows[name] = (float(low), float(middle), float(high))
    return rows


def measure_folder(folder: Path) -> Measured:
    """A simulated cohort by its laboratories; any other set, in the layout of SHIDC or of BCData, as one."""
    if (folder / SIMULATED_MARK).is_file():
        cohort = cohort_of(folder)
        return measure_orders([*training_orders(folder, cohort), *test_orders(folder, cohort)])
    found = [measure(pixels, cells) for pixels, cells in (_bcdata(folder) if (folder / "images").is_dir() else _shidc(folder))]
    if not found:
        raise InputError(f"{folder}: no jpg pictures in it; name a folder of fields in the layout of SHIDC or BCData")
    return {folder.name: found}


def cohort_of(folder: Path) -> Cohort:
    """What a simulated folder was made of."""
    settings = json.loads((folder / SIMULATED_MARK).read_text())
    scene = {f.name: settings.pop(f.name) for f in fields(Scene)}
    return Cohort(**settings, scene=Scene(**scene))


def measure_orders(orders: Iterable[Order]) -> Measured:
    """Simulated fields that were written, each under the laboratory of its patient."""
    measured: dict[str, list[Realism]] = {}
    for order in orders:
        if order.labels.exists():
            laboratory = draw_patient(order.seed, order.patient, order.scene.laboratories).laboratory
            measured.setdefault(laboratory.name, []).append(measure(*_field(order.image)))
    return measured


def _field(path: Path) -> tuple[NDArray[np.uint8], Cells]:
    picture = read_rgb(path)
    return np.asarray(picture), Cells.from_shidc_json(path.with_suffix(".json"), picture.width, picture.height)


def _shidc(folder: Path) -> Iterator[tuple[NDArray[np.uint8], Cells]]:
    return (_field(path) for path in sorted(folder.rglob("*.jpg")))


def _bcdata(folder: Path) -> Iterator[tuple[NDArray[np.uint8], Cells]]:
    """Enlarged to SHIDC's scale, because lengths are measured in pixels."""
    for sample in bcdata.read_folder(folder):
        picture = read_rgb(sample.image)
        side = round(picture.width * bcdata.UM_PER_PX / SCENE.um_per_px)
        enlarged = picture.resize((side, side), Image.Resampling.BICUBIC)
        yield np.asarray(enlarged), bcdata.read_cells(sample).scaled(side / picture.width, "image")


def beside_real(simulated: pd.DataFrame, sets: Path) -> pd.DataFrame:
    """Each laboratory that is like a set beside that set, where the folder of sets holds it."""
    parts = []
    for laboratory, name in LIKE.items():
        if (sets / name).is_dir():
            real = realism_table(measure_folder(sets / name)).drop(columns="laboratory").set_index("measure")
            ours = simulated[simulated.laboratory == laboratory].set_index("measure")
            joined = ours[list(NUMBERS)].add_prefix("simulated_").join(real.add_prefix("real_")).reset_index()
            joined.insert(0, "laboratory", laboratory)
            parts.append(joined)
    if not parts:
        raise InputError(f"{sets}: holds neither shidc/ nor bcdata/; name a folder with one of them")
    return pd.concat(parts, ignore_index=True)


def folder_histograms(folder: Path) -> dict[str, NDArray[np.float64]]:
    """Both stains' histograms of every picture in a folder, (pictures, bins)."""
    found = [stain_histograms(np.asarray(read_rgb(path))) for path in sorted(folder.rglob("*.jpg"))]
    return {"haematoxylin": np.stack([f.haematoxylin for f in found]), "DAB": np.stack([f.dab for f in found])}
