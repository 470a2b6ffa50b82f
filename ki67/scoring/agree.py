"""`ki67 agree`: two tables of scores beside each other, picture by picture."""

import csv
import math
from pathlib import Path

import numpy as np

from ki67.agreement import bland_altman, icc, linear_kappa
from ki67.errors import InputError
from ki67.scores import CATEGORIES
from ki67.scoring.command import cut_offs_of
from ki67.scoring.keeping import NOT_DEFINED

COLUMNS = ("image", "ki67_index")


def indices(path: Path) -> dict[str, float]:
    """The index of each picture in a table, nan where it is not defined."""
    try:
        with path.open(newline="", encoding="utf-8") as stream:
            rows = list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read as a table ({error}); give a CSV file") from error
    if not rows or not set(COLUMNS) <= rows[0].keys():
        raise InputError(f"{path}: needs the columns {' and '.join(COLUMNS)} and a row a picture; add them")
    found: dict[str, float] = {}
    for number, row in enumerate(rows, start=2):
        if row["image"] in found:
            raise InputError(f"{path}: line {number} names {row['image']!r} again; keep one row a picture")
        found[row["image"]] = _index(path, number, row["ki67_index"])
    return found


def _index(path: Path, line: int, text: str | None) -> float:
    if text is None or text.strip() in {"", NOT_DEFINED}:
        return math.nan
    try:
        value = float(text)
    except ValueError:
        value = math.inf
    if not 0 <= value <= 1:
        raise InputError(f"{path}: line {line} has ki67_index {text!r}; write a share from 0 to 1")
    return value


def agree_files(first: Path, second: Path, cut_offs: str, figure: Path | None) -> list[str]:
    """What two tables agree on, as lines; a figure where one is asked for."""
    one, other, cuts = indices(first), indices(second), cut_offs_of(cut_offs)
    shared = [name for name in one if name in other]
    pairs = np.array([(one[name], other[name]) for name in shared]).reshape(-1, 2)
    defined = pairs[np.isfinite(pairs).all(axis=1)]
    if len(defined) < 2:
        raise InputError(f"{second}: shares {len(defined)} pictures with an index with {first}; two at least are needed")
    (left, right), correlation = defined.T, icc(defined)
    limits, kappa = bland_altman(left, right), linear_kappa(cuts.categories(left), cuts.categories(right), len(CATEGORIES))
    if figure:
        from ki67.plots import agreement, save

        save(agreement(left, right, first.stem, second.stem), figure)
    alone = len(one.keys() ^ other.keys())
    return [
        f"{len(defined)} pictures in both"
        + f"; {alone} in one table only" * bool(alone)
        + f"; {len(shared) - len(defined)} without an index" * (len(shared) > len(defined)),
        f"ICC(2,1) {correlation.value:.3f} (95 % interval {correlation.low:.3f} to {correlation.high:.3f})",
        f"difference {limits.bias:+.3f} ({limits.bias_low:+.3f} to {limits.bias_high:+.3f}), "
        f"95 % of differences from {limits.lower:+.3f} to {limits.upper:+.3f}",
        f"linearly weighted kappa at {cuts.name}: " + (NOT_DEFINED if math.isnan(kappa) else f"{kappa:.3f}"),
        *([f"{figure}: Bland–Altman plot"] if figure else []),
    ]
