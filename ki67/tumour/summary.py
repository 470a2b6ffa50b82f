"""The comparison's figures by name, for the book and the claims; what was not run has its names and no figures."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import pandas as pd

from ki67.tumour.comparison import MEASURES
from ki67.tumour.dataset import GRADES
from ki67.tumour.designs import DESIGNS
from ki67.tumour.directions import Direction

Named = dict[str, Any]


def summary(compared: pd.DataFrame, grades: pd.DataFrame, found: Sequence[Direction]) -> Named:
    """`designs.mob_pw.dice.mean`, `grades.mob_pw.I.mean`, `directions.backbones_alike.answer` and their neighbours."""
    whole = {str(row["design"]): row for _, row in compared.iterrows()}
    parts = {(str(row["design"]), int(row["grade"])): row for _, row in grades.iterrows()}
    return {
        "designs": {name: _measures(whole.get(name)) for name in DESIGNS},
        "grades": {name: {title: _dice(parts.get((name, grade))) for grade, title in GRADES.items()} for name in DESIGNS},
        "directions": {direction.sentence: asdict(direction) for direction in found},
    }


def _measures(row: pd.Series | None) -> Named:
    figures: Named = {
        measure: {part: None if row is None else row[f"{measure}{end}"] for part, end in (("mean", ""), ("sd", "_sd"))}
        for measure in MEASURES
    }
    figures["dice"] |= {end: None if row is None else row[f"dice_{end}"] for end in ("low", "high")}
    return figures | {part: None if row is None else row[part] for part in ("sections", "patients")}


def _dice(row: pd.Series | None) -> Named:
    columns = {"mean": "dice", "sd": "dice_sd", "sections": "sections"}
    return {part: None if row is None else row[column] for part, column in columns.items()}
