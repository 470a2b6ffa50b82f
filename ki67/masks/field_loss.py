"""What one field loses on the way from its labels to a mask, and from the mask back to cells."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation, label

from ki67.cells.cells import POSITIVE as LABELLED_POSITIVE
from ki67.cells.cells import TIL, Cells
from ki67.cells.scores import CATEGORIES, Scores, score
from ki67.masks.categories import TEN_TWENTY
from ki67.masks.decoding import cells_in, mask_outlines
from ki67.masks.names import BACKGROUND, NEGATIVE, POSITIVE, SIDE
from ki67.masks.outlines import SQUARE, Outlines

SPECK = 6  # pixels of a mask: a nucleus has about a hundred

Mask = NDArray[np.uint8]


@dataclass(frozen=True)
class FieldLoss:
    """A field's labels beside its decoded cells, and what became of the labels in the mask.

    `merged` labels of tumour cells lie in an outline that has one already; `others` are labels of negative cells and lymphocytes.
    """

    name: str
    patient: str
    positive: int
    negative: int
    decoded_positive: int
    decoded_negative: int
    merged: int
    never_white: int
    others: int
    others_white: int
    others_on_ground: int
    specks: int
    rim_grey: float

    @property
    def index_annotated(self) -> float:
        """The Ki-67 index that the labels give."""
        return Scores(self.positive, self.negative).ki67_index

    @property
    def index_decoded(self) -> float:
        """The one that the paper takes for the truth."""
        return Scores(self.decoded_positive, self.decoded_negative).ki67_index


def field_loss(name: str, patient: str, full: Mask, mask: Mask, cells: Cells) -> FieldLoss:
    """`full` is the mask at the picture's own size, in whose pixels the labels are; it tells what they turned into."""
    found = mask_outlines(mask)
    labels, decoded = score(cells), score(cells_in(mask, found))
    x, y = cells.xy.astype(np.intp).T
    grey, positive = full[y, x], cells.label == LABELLED_POSITIVE
    return FieldLoss(
        name, patient, labels.n_positive, labels.n_negative, decoded.n_positive, decoded.n_negative,
        merged=merged(mask, found, cells.where(cells.label != TIL).scaled(SIDE / full.shape[0], "network")),
        never_white=int((positive & (grey != POSITIVE)).sum()),
        others=int((~positive).sum()),
        others_white=int((~positive & (grey == POSITIVE)).sum()),
        others_on_ground=int((~positive & (grey == BACKGROUND)).sum()),
        specks=specks(mask),
        rim_grey=rim_grey(mask),
    )  # fmt: skip


def merged(mask: Mask, found: Outlines, tumour: Cells) -> int:
    """Labels of tumour cells that share an outline with one counted already."""
    x, y = tumour.xy.astype(np.intp).T
    within = found.region[y, x][mask[y, x] != BACKGROUND]
    return len(within) - len(np.unique(within))


def specks(mask: Mask) -> int:
    """Shapes too small to be a nucleus, of which each counts as a cell."""
    sizes = np.bincount(label(mask != BACKGROUND, SQUARE)[0].ravel())[1:]
    return int((sizes <= SPECK).sum())


def rim_grey(mask: Mask) -> float:
    """The share of the pixels round what is positive that are negative; nan where nothing is positive."""
    white = mask == POSITIVE
    rim = binary_dilation(white, SQUARE) & ~white
    return float((mask[rim] == NEGATIVE).mean()) if rim.any() else float("nan")


def loss_table(losses: Sequence[FieldLoss]) -> pd.DataFrame:
    """A row a field, with both indices and the categories that these fall in; a field without tumour cells has none."""
    table = pd.DataFrame([asdict(loss) for loss in losses])
    for truth in ("annotated", "decoded"):
        table[f"index_{truth}"] = [getattr(loss, f"index_{truth}") for loss in losses]
        table[f"category_{truth}"] = [(*CATEGORIES, "")[place] for place in TEN_TWENTY.categories(table[f"index_{truth}"])]
    return table
