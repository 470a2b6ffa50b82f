"""The BCData layout: `images/*.png` of 640×640, positive and negative points in HDF5 beside them."""

from pathlib import Path

import h5py
import numpy as np

from ki67.base.errors import InputError
from ki67.cells.cells import NEGATIVE, POSITIVE, Cells
from ki67.data.samples import Sample

KINDS = {"positive": POSITIVE, "negative": NEGATIVE}
UM_PER_PX = 0.26  # not published; estimated, as for SHIDC, from tumour nuclei of 10–12 µm


def read_folder(folder: Path) -> list[Sample]:
    """All pictures that have points of both kinds; BCData names no patients, so each picture stands for itself."""
    images = sorted((folder / "images").rglob("*.png"))
    if not images:
        raise InputError(f"{folder}: no images/*.png in it; BCData has images/ and annotations/ beside each other")
    return [Sample(image, _points_file(image, "positive"), image.stem) for image in images]


def _points_file(image: Path, kind: str) -> Path:
    parts = list(image.with_suffix(".h5").parts)
    place = len(parts) - 1 - parts[::-1].index("images")
    path = Path(*parts[:place], "annotations", *parts[place + 1 : -1], kind, parts[-1])
    if not path.is_file():
        path = Path(*parts[:place], "annotations", kind, *parts[place + 1 :])
    if not path.is_file():
        raise InputError(f"{image}: its {kind} points {path} are missing; copy them from the dataset")
    return path


def read_cells(sample: Sample) -> Cells:
    """The points of one picture, in its own pixels."""
    both = []
    for kind, label in KINDS.items():
        with h5py.File(_points_file(sample.image, kind)) as stored:
            xy = np.asarray(stored["coordinates"], np.float32).reshape(-1, 2)
        both.append(Cells.of_points(xy, np.full(len(xy), label), "image"))
    return Cells.concatenate(both)
