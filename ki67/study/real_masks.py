"""What masks of real fields lose: a check during development. Nothing is trained or tuned on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ki67.base.tables import write_csv
from ki67.cells.evaluation import Resampling
from ki67.data.samples import Sample
from ki67.masks.dataset import all_masked
from ki67.masks.field_loss import loss_table
from ki67.masks.lost import Lost, Share, lost

NAME = "masks"
TABLE = Path("release/real_masks.csv")


@dataclass(frozen=True)
class RealMasks:
    """The losses of all fields together; the table beside it has a row a field."""

    lost: Lost

    def lines(self, name: str) -> list[str]:
        """What the check came to, as lines to print."""
        found = self.lost
        return [
            f"{name}: {found.fields} real fields, development figures; each in {TABLE}",
            f"  positive: {found.positive_annotated} labels, {found.positive_decoded} decoded; "
            f"negative: {found.negative_annotated} labels, {found.negative_decoded} decoded",
            f"  decoded index against labels: RMSE {found.index.rmse:.3f}; categories agree in {counted(found.categories_agree)}",
            f"  merged: {counted(found.merged)} labels; positive, never white: {counted(found.never_white)}; "
            f"others, white: {counted(found.others_white)}",
        ]


def counted(share: Share) -> str:
    """As one says it."""
    return f"{share.count} of {share.of}"


def check_masks(samples: Sequence[Sample]) -> RealMasks:
    """Every field's mask, made and decoded as the stage `masks` does."""
    table = loss_table([made.loss for made in all_masked(samples)])
    write_csv(table, TABLE)
    return RealMasks(lost(table, Resampling()))
