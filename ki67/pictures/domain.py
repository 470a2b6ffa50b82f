"""Whether a picture is like those that a network was trained on: what pictures of every stain have in common there.

What is measured depends on the stain, so each tool has an `appearance` of its own: a frozen dataclass of numbers, the share
of tissue first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, fields, replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

DENSITY = -np.log10(np.maximum(np.arange(256), 1) / 255).astype(np.float32)  # optical density of each 8-bit value
ROOM = 0.1  # how far beyond the middle 98 % of training pictures is still familiar, as a part of their width
Range = tuple[float, float]
Appearance = TypeVar("Appearance", bound="DataclassInstance")


def mean_appearance(appearances: Sequence[Appearance]) -> Appearance:
    """A picture's appearance from those of its windows or tiles, each weighed by its tissue."""
    columns = np.array([astuple(appearance) for appearance in appearances])
    weight, known = columns[:, :1], np.isfinite(columns)
    total = (known * weight).sum(0)
    mean = np.where(total > 0, (np.where(known, columns, 0) * weight).sum(0) / np.maximum(total, 1e-9), np.nan)
    names = [field.name for field in fields(appearances[0])]
    return replace(appearances[0], **dict(zip(names, [float(weight.mean()), *mean[1:].tolist()], strict=True)))


def familiar_ranges(appearances: Sequence[Appearance]) -> dict[str, Range]:
    """What training pictures are like: the middle 98 % of each number but the tissue, and a little room."""
    ranges = {}
    for field in fields(appearances[0])[1:]:
        low, high = np.nanpercentile([getattr(appearance, field.name) for appearance in appearances], [1, 99]).tolist()
        ranges[field.name] = (low - ROOM * (high - low), high + ROOM * (high - low))
    return ranges


def outside(found: Appearance, ranges: Mapping[str, Range], warnings: Mapping[str, tuple[str, str]]) -> list[str]:
    """The warnings of those numbers that are below or above what is familiar."""
    given = []
    for name, (when_low, when_high) in warnings.items():
        value, (low, high) = getattr(found, name), ranges.get(name, (-np.inf, np.inf))
        given += [when_low] * (value < low) + [when_high] * (value > high)
    return [text for text in given if text]
