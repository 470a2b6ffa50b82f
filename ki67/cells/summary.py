"""An evaluation as nested names, so that the book can say `detection.pathonet.strict.positive.f1` and get the figure."""

from typing import Any

import pandas as pd

from ki67.cells.evaluation import Evaluation, records

MEASURES = {"ki67_index": "ki67", "til_score": "til"}
FIGURES = ("precision", "recall", "f1", "f1_low", "f1_high", "tp", "fp", "fn")


def summary(evaluation: Evaluation) -> dict[str, Any]:
    """Detection by method, matching and class; scores by method and figure, each with its interval."""
    patients = evaluation.patients["patient"].nunique()
    images = evaluation.images["image"].nunique()
    return {
        "images": int(images),
        "patients": int(patients),
        "detection": detection(evaluation.detection),
        "scores": {method: scores(evaluation, method) for method in evaluation.patients["method"].unique()},
    }


def detection(table: pd.DataFrame) -> dict[str, Any]:
    """`{method: {matching: {class: figures}}}`."""
    nested: dict[str, Any] = {}
    for row in records(table):
        matching = row["matching"].split()[0]
        place = nested.setdefault(row["method"], {}).setdefault(matching, {})
        place[row["cells"]] = {figure: row[figure] for figure in FIGURES}
    return nested


def scores(evaluation: Evaluation, method: str) -> dict[str, Any]:
    """RMSE of both scores per image and per patient, and the accuracy at each pair of cut-offs."""
    named: dict[str, Any] = {}
    for row in records(evaluation.errors[evaluation.errors["method"] == method]):
        measure = MEASURES[row["measure"]]
        named[f"{measure}_rmse_{row['unit']}"] = {"value": row["rmse"], "low": row["low"], "high": row["high"]}
        if row["measure"] == "ki67_index" and row["unit"] == "image":
            named["undefined_images"] = row["undefined"]
    for row in records(evaluation.cut_offs[evaluation.cut_offs["method"] == method]):
        low, high = row["cut_off"].removesuffix(" %").split("/")
        key = f"{MEASURES[row['measure']]}_accuracy_{low}_{high}"
        named[key] = {"value": row["accuracy"], "low": row["low"], "high": row["high"], "correct": row["correct"], "of": row["n"]}
    return named
