"""What scoring a picture came to: kept picture by picture, so that a killed run goes on, and put together as tables."""

import hashlib
import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ki67.cells import CSV_HEADER, Cells, write_csv
from ki67.files import write_whole
from ki67.scores import CATEGORIES, CutOffs, Scores
from ki67.scoring.pictures import Picture

KEPT = Path(".ki67")
COLUMNS = (
    "image", "n_positive", "n_negative", "n_til", "ki67_index", "ki67_low", "ki67_high", "til_score", "category",
    "hot_spot_index", "um_per_px", "warnings",
)  # fmt: skip
NOT_DEFINED = "not defined"
FEW = 500  # tumour cells: below, an index is coarse


@dataclass(frozen=True)
class Result:
    """One scored picture."""

    image: str
    width: int
    height: int
    um_per_px: float
    scores: Scores
    hot_spot: float | None  # None where the picture has too few tumour cells to look for one
    unfamiliar: tuple[str, ...]

    @property
    def warnings(self) -> list[str]:
        """Everything that a reader of the index should know."""
        n = self.scores.n_tumour
        few = [f"{n} tumour cells, fewer than {FEW}"] if 0 < n < FEW else []
        return [*(["no tumour cells: the index is not defined"] if n == 0 else []), *few, *self.unfamiliar]

    def category(self, cut_offs: CutOffs) -> str:
        """Low, middle or high."""
        place = int(cut_offs.categories([self.scores.ki67_index])[0])
        return NOT_DEFINED if place < 0 else CATEGORIES[place]

    def row(self, cut_offs: CutOffs) -> list[str]:
        """A line of `scores.csv`."""
        s, (low, high) = self.scores, self.scores.interval
        counts = [str(s.n_positive), str(s.n_negative), str(s.n_til)]
        figures = [share(s.ki67_index), share(low), share(high), share(s.til_score)]
        spot = "" if self.hot_spot is None else share(self.hot_spot)
        return [self.image, *counts, *figures, self.category(cut_offs), spot, f"{self.um_per_px:.6g}", "; ".join(self.warnings)]


def share(value: float) -> str:
    """Four digits, or that there is no such figure: never 0, never NaN."""
    return NOT_DEFINED if math.isnan(value) else f"{value:.4f}"


class Kept:
    """The pictures that are done, under a folder of the output."""

    def __init__(self, out: Path, key: str) -> None:
        self.folder, self.key = out / KEPT, key

    def fingerprint(self, picture: Picture) -> str:
        """Of the picture's content and of all that decides what is found in it."""
        with picture.path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256")
        digest.update(self.key.encode())
        return digest.hexdigest()

    def of(self, picture: Picture) -> Result | None:
        """What an earlier run found in this very picture with these very settings."""
        try:
            stored = json.loads(self._result(picture.name).read_text())
            if stored.pop("fingerprint") != self.fingerprint(picture) or not self.cells(picture.name).is_file():
                return None
            return Result(**stored | {"scores": Scores(**stored["scores"]), "unfamiliar": tuple(stored["unfamiliar"])})
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def keep(self, picture: Picture, result: Result, cells: Cells, thumbnail: bytes) -> None:
        """The result comes last: where it is, all is there."""
        self.thumbnail(picture.name).parent.mkdir(parents=True, exist_ok=True)
        self.thumbnail(picture.name).write_bytes(thumbnail)
        write_csv(self.cells(picture.name), {picture.name: cells})
        stored = asdict(result) | {"fingerprint": self.fingerprint(picture)}
        write_whole(self._result(picture.name), [json.dumps(stored)])

    def cells(self, name: str) -> Path:
        """One picture's cells as a table."""
        return self.folder / f"{name}.csv"

    def thumbnail(self, name: str) -> Path:
        """One picture in small."""
        return self.folder / f"{name}.jpg"

    def _result(self, name: str) -> Path:
        return self.folder / f"{name}.json"


def write_tables(results: Sequence[Result], kept: Kept, cut_offs: CutOffs, out: Path) -> None:
    """`cells.csv` and `scores.csv`, each whole or not at all."""
    write_whole(out / "scores.csv", csv_lines([list(COLUMNS), *(result.row(cut_offs) for result in results)]))
    write_whole(out / "cells.csv", _all_cells([kept.cells(result.image) for result in results]))


def _all_cells(files: Sequence[Path]) -> Iterator[str]:
    yield ",".join(CSV_HEADER) + "\n"
    for file in files:
        with file.open(encoding="utf-8", newline="") as stream:
            next(stream)
            yield from stream


def csv_lines(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Fields in quotes where they hold what would end them."""
    for row in rows:
        yield ",".join('"' + field.replace('"', '""') + '"' if set(field) & set(',"\n\r') else field for field in row) + "\n"
