"""The dataset in numbers: the paper's Table 1 for whatever data stand in `data/shidc`."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from ki67.cells.cells import NEGATIVE, POSITIVE, TIL
from ki67.data.frames import Frames
from ki67.data.samples import Sample
from ki67.data.source import Source
from ki67.data.split import SPLITS


@dataclass(frozen=True)
class Part:
    """What a part of the dataset holds: one row of its table."""

    part: str
    images: int
    patients: int
    positive: int
    negative: int
    til: int
    images_without_cells: int

    @property
    def cells(self) -> int:
        """All annotated cells."""
        return self.positive + self.negative + self.til


def part_of(name: str, frames: Frames) -> Part:
    """Count a part's images, patients and cells by class."""
    labels = np.concatenate([cells.label for cells in frames.cells])
    positive, negative, til = (int((labels == label).sum()) for label in (POSITIVE, NEGATIVE, TIL))
    empty = sum(len(cells) == 0 for cells in frames.cells)
    return Part(name, len(frames), len(set(frames.patients)), positive, negative, til, empty)


def counted(parts: dict[str, Frames]) -> list[Part]:
    """One row a part."""
    return [part_of(name, frames) for name, frames in parts.items()]


def whole(name: str, parts: dict[str, Frames]) -> Part:
    """Parts taken together; a patient who stands in two of them is one patient."""
    rows = counted(parts)
    patients = len({patient for frames in parts.values() for patient in frames.patients})
    sums = {f: sum(getattr(row, f) for row in rows) for f in ("images", "positive", "negative", "til", "images_without_cells")}
    return Part(name, patients=patients, **sums)


def dataset_table(parts: dict[str, Frames]) -> pd.DataFrame:
    """The parts, all of them together, and what stands in a picture on average."""
    labelled = {name: frames for name, frames in parts.items() if name != "test"}
    rows = (*counted(parts), whole("training", labelled), whole("all", parts))
    table = pd.DataFrame([asdict(part) | {"cells": part.cells} for part in rows])
    for column in ("positive", "negative", "til", "cells"):
        table[f"{column}_per_image"] = table[column] / table["images"]
    return table


def split_table(samples: Sequence[Sample]) -> pd.DataFrame:
    """Both splits of the labelled pictures, and how many patients each lets stand on both sides."""
    rows = []
    for name, divide in SPLITS.items():
        split = divide(samples)
        rows.append(
            {
                "split": name,
                "train_images": len(split.train),
                "validation_images": len(split.validation),
                "shared_patients": len(split.shared_patients),
            }
        )
    return pd.DataFrame(rows)


def dataset_summary(table: pd.DataFrame, splits: pd.DataFrame, source: Source, oddities: Sequence[str]) -> dict[str, Any]:
    """The table's figures and where the data come from, as the book quotes them."""
    return {
        "source": source.kind,
        "um_per_px": source.um_per_px,
        **by_name(table, "part"),
        "splits": by_name(splits, "split"),
        "oddities": list(oddities),
    }


def by_name(table: pd.DataFrame, name: str) -> dict[str, Any]:
    """The rows of a table under what stands in one of its columns."""
    return {row[name]: {key: value for key, value in row.items() if key != name} for row in table.to_dict("records")}
