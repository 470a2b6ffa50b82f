"""Who is asked for the Ki-67 index of the test fields: the U-Net, the study's own network, what ships, and a constant."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ki67.base.errors import InputError
from ki67.cells.agreement import Floats
from ki67.cells.cells import Cells
from ki67.cells.metrics import ratio
from ki67.cells.outcomes import Outcome
from ki67.cells.scores import score
from ki67.data.shidc import SHIDC, read_part
from ki67.engine.model import load_model
from ki67.masks.comparison import TRUTHS, Bench
from ki67.masks.decoding import decoded
from ki67.masks.fields import MaskFields, SplitName
from ki67.masks.names import GREYS
from ki67.masks.pixels import Maps
from ki67.masks.predicted import PredictedMasks
from ki67.pictures.header import header
from ki67.score.scorer import CellScorer
from ki67.weights import NETWORK

UNET, MASK, PATHONET, CLASSICAL, SHIPPED, CONSTANT = "unet", "mask", "pathonet", "classical", "shipped", "constant"
TITLES = {
    UNET: "U-Net",
    MASK: "true mask, decoded",
    PATHONET: "PathoNet",
    CLASSICAL: "classical",
    SHIPPED: "ki67 score",
    CONSTANT: "always the mean of training",
}

ByName = Mapping[str, float]  # an index by the field's name


def other_ways(counted: pd.DataFrame, pictures: Path) -> dict[str, ByName]:
    """The indices beside the U-Net's: from a table of those counted before, and of the test pictures in a folder, counted now."""
    return {**counted_before(counted), SHIPPED: shipped_indices(pictures)}


def counted_before(table: pd.DataFrame) -> dict[str, ByName]:
    """What the study's own test counted on the same test fields, by method: the classical row, and its network as PathoNet.

    The smallest profile trains another network in PathoNet's place.
    """
    indices = table.set_index("image")["ki67_index_predicted"].groupby(table["method"].to_numpy())
    return {CLASSICAL if method == CLASSICAL else PATHONET: dict(index) for method, index in indices}


def shipped_indices(folder: Path) -> ByName:
    """What `ki67 score` says of the pictures in a folder, by the network that ships."""
    with CellScorer(load_model(NETWORK), "float32", SHIDC.um_per_px) as scorer:
        return {sample.name: score(scorer.cells(header(sample.image))).ki67_index for sample in read_part(folder)}


def as_masks(classes: Maps) -> NDArray[np.uint8]:
    """Class maps in the greys of a mask."""
    return np.array(GREYS, np.uint8)[classes]


def outcomes(test: MaskFields, found: PredictedMasks) -> dict[str, Outcome]:
    """The cells of predicted masks, and those that the true masks have themselves, beside the annotated ones."""

    def outcome(method: str, masks: NDArray[np.uint8]) -> Outcome:
        return Outcome(method, test.names, test.patients, test.cells, [decoded(mask) for mask in masks])

    return {UNET: outcome(UNET, as_masks(classes_of(found, test.names))), MASK: outcome(MASK, test.masks)}


def classes_of(found: PredictedMasks, names: Sequence[str]) -> Maps:
    """The class maps of some fields, by name."""
    place = {name: number for number, name in enumerate(found.names)}
    missing = [name for name in names if name not in place]
    if missing:
        raise InputError(f"{missing[0]}: no predicted mask; run the stage `masks_unet` again")
    return found.classes[[place[name] for name in names]]


def benches(fields: MaskFields, split: SplitName, found: Mapping[str, Outcome], others: Mapping[str, ByName]) -> Iterator[Bench]:
    """The test fields of a split by either truth, with what each method finds in them."""
    train, test = fields.part(split, "train"), fields.part(split, "test")
    recipe = indices(found[MASK].predictions)
    methods = {UNET: indices(found[UNET].predictions), **{name: asked(index, test.names, name) for name, index in others.items()}}
    truths = {"decoded": recipe, "annotated": annotated_indices(test.annotated)}
    usual = {"decoded": indices(list(map(decoded, train.masks))), "annotated": annotated_indices(train.annotated)}
    for truth in TRUTHS:
        constant = {CONSTANT: np.full(len(test), np.nanmean(usual[truth]))}
        of_itself = {} if truth == "decoded" else {MASK: recipe}
        yield Bench(split, truth, test.patients, truths[truth], {**methods, **of_itself, **constant})


def indices(found: Sequence[Cells]) -> Floats:
    """The index of each field's cells, nan where there are none."""
    return np.array([score(cells).ki67_index for cells in found], np.float64)


def annotated_indices(counts: ArrayLike) -> Floats:
    """The index of annotated cells, positive and negative (fields, 2)."""
    cells = np.asarray(counts, np.float64)
    return ratio(cells[:, 0], cells.sum(1))


def asked(index: ByName, names: Sequence[str], method: str) -> Floats:
    """A method's indices of some fields, by name."""
    missing = [name for name in names if name not in index]
    if missing:
        raise InputError(f"{missing[0]}: no index by {method}; run the stage `evaluate` again")
    return np.array([index[name] for name in names], np.float64)
