"""`ki67 agree`: two tables of scores beside each other, picture by picture."""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ki67.base.errors import InputError
from ki67.cells.agreement import bland_altman, icc, linear_kappa
from ki67.cells.scores import CATEGORIES, CutOffs
from ki67.pictures.batch import counted
from ki67.pictures.tables import NOT_DEFINED, read_columns, unescaped

COLUMNS = ("image", "ki67_index")


def indices(path: Path) -> dict[str, float]:
    """The index of each picture in a table, nan where it is not defined."""
    found: dict[str, float] = {}
    for number, (image, index) in enumerate(read_columns(path, COLUMNS), start=2):
        name = unescaped(image)
        if name in found:
            raise InputError(f"{path}: line {number} names {name!r} again; keep one row a picture")
        found[name] = _index(path, number, index)
    return found


def _index(path: Path, line: int, text: str) -> float:
    if text in {"", NOT_DEFINED}:
        return math.nan
    try:
        value = float(text)
    except ValueError:
        value = math.inf
    if not 0 <= value <= 1:
        raise InputError(f"{path}: line {line} has ki67_index {text!r}; write a share from 0 to 1")
    return value


@dataclass(frozen=True)
class Shared:
    """The pictures of two tables side by side, and how many there are besides."""

    pairs: NDArray[np.float64]  # (pictures, 2), none of them undefined
    alone: int  # in one table only
    undefined: int  # in both, without an index in one or both


def shared(first: Path, second: Path) -> Shared:
    """The pictures that two tables have in common, with an index in both."""
    of_first, of_second = indices(first), indices(second)
    names = [name for name in of_first if name in of_second]
    pairs = np.array([(of_first[name], of_second[name]) for name in names]).reshape(-1, 2)
    defined = pairs[np.isfinite(pairs).all(axis=1)]
    if len(defined) < 2:
        few = counted(len(defined), "picture")
        raise InputError(f"{second}: shares {few} with an index with {first}; two at least are needed")
    return Shared(defined, len(of_first.keys() ^ of_second.keys()), len(pairs) - len(defined))


def agreement_lines(found: Shared, cuts: CutOffs) -> list[str]:
    """How far the two tables agree, as lines to print."""
    (left, right), correlation = found.pairs.T, icc(found.pairs)
    limits, kappa = bland_altman(left, right), linear_kappa(cuts.categories(left), cuts.categories(right), len(CATEGORIES))
    return [
        f"{counted(len(found.pairs), 'picture')} in both"
        + f"; {found.alone} in one table only" * bool(found.alone)
        + f"; {found.undefined} without an index" * bool(found.undefined),
        f"ICC(2,1) {correlation.value:.3f} (95 % interval {correlation.low:.3f} to {correlation.high:.3f})",
        f"difference {limits.bias:+.3f} ({limits.bias_low:+.3f} to {limits.bias_high:+.3f}), "
        f"95 % of differences from {limits.lower:+.3f} to {limits.upper:+.3f}",
        f"linearly weighted kappa at {cuts.name}: " + (NOT_DEFINED if math.isnan(kappa) else f"{kappa:.3f}"),
    ]
