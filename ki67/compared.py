"""The backends side by side: what each found in the same test fields, which differences are real, how each was fitted."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ki67.cells import CLASS_NAMES, Cells
from ki67.data.frames import Frames
from ki67.evaluation import Evaluation, Resampling, differences
from ki67.outcomes import RULES, Outcome, f1_by_class
from ki67.summary import summary
from ki67.tables import read_json

TITLES = {
    "pathonet": "PathoNet",
    "fcrn_a": "FCRN-A",
    "fcrn_b": "FCRN-B",
    "deeplab_mobilenetv2": "DeepLabv3-MobileNetV2",
    "deeplab_xception": "DeepLabv3-Xception",
    "unet": "U-Net",
}


def save_cells(found: Sequence[Cells], path: Path) -> None:
    """The cells of several pictures in one file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(
        path,
        counts=np.array([len(cells) for cells in found]),
        xy=np.concatenate([cells.xy for cells in found]),
        label=np.concatenate([cells.label for cells in found]),
        confidence=np.concatenate([cells.confidence for cells in found]),
    )


def load_cells(path: Path) -> list[Cells]:
    """What `save_cells` wrote."""
    with np.load(path, allow_pickle=False) as stored:
        cuts = np.cumsum(stored["counts"])[:-1]
        parts = (np.split(stored[name], cuts) for name in ("xy", "label", "confidence"))
        return [Cells(xy, label, confidence, "network") for xy, label, confidence in zip(*parts, strict=True)]


def outcomes_of(models: Path, name: str, seeds: Sequence[int], test: Frames) -> list[Outcome]:
    """What each network of a backend found."""
    return [
        Outcome(name, test.names, test.patients, test.cells, load_cells(models / name / f"seed-{seed}/cells.npz"))
        for seed in seeds
    ]


def paired(outcomes: Sequence[Outcome], draws: Resampling) -> pd.DataFrame:
    """Every two backends on the same patients; a difference whose interval leaves out nought is real."""
    pairs = [(one, other, rule) for one, other in combinations(outcomes, 2) for rule in RULES]
    table = pd.DataFrame([asdict(row) for one, other, rule in pairs for row in differences(one, other, rule, draws)])
    return table.assign(real=np.where((table["low"] > 0) | (table["high"] < 0), "yes", "no"))


def seeds_table(outcomes: Sequence[Sequence[Outcome]]) -> pd.DataFrame:
    """F1 at R = 6 of every network: how much of a difference is only the seed."""
    return pd.DataFrame(
        {"backend": one.method, "network": number} | {f"f1_{label}": f1 for label, f1 in f1_by_class(one).items()}
        for networks in outcomes
        for number, one in enumerate(networks, 1)
    )


def curves_table(folder: Path, facts: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """All training curves, the losses also as shares of what empty maps would cost: at 1 nothing is learnt."""
    tables = []
    for own in facts:
        curve, empty = pd.read_csv(folder / f"{own['backend']}.csv"), own["empty_loss"]
        learnt, watched = curve["loss"] / empty["train"], curve["validation_loss"] / empty["validation"]
        tables.append(curve.assign(backend=own["backend"], loss_share=learnt, validation_share=watched))
    return pd.concat(tables, ignore_index=True)


def overview(found: Evaluation, facts: Sequence[dict[str, Any]], curves: pd.DataFrame) -> pd.DataFrame:
    """One line a backend: what it is, how it was fitted, how it did."""
    told, rows = summary(found), []
    for own in facts:
        name = own["backend"]
        detection, scores = told["detection"][name], told["scores"][name]
        last = curves[curves["backend"] == name].groupby("seed").last().iloc[0]
        row = {"backend": name, "title": TITLES[name]} | {key: own[key] for key in OWN}
        row |= {"loss_share": last["loss_share"], "validation_share": last["validation_share"]}
        row |= {f"threshold_{kind}": value for kind, value in own["seeds"][0]["thresholds"].items()}
        for kind in (*CLASS_NAMES.values(), "average"):
            row |= {f"{key}_{kind}": detection["strict"][kind][key] for key in ("f1", "f1_low", "f1_high")}
            row[f"published_f1_{kind}"] = detection["published"][kind]["f1"]
        for key, column in SCORES.items():
            row |= {column: scores[key]["value"], f"{column}_low": scores[key]["low"], f"{column}_high": scores[key]["high"]}
        rows.append(row)
    return pd.DataFrame(rows)


OWN = ("kind", "parameters", "weights", "rate", "crops")
SCORES = {
    "ki67_rmse_patient": "ki67_rmse",
    "til_rmse_patient": "til_rmse",
    "ki67_accuracy_16_30": "ki67_accuracy",
    "til_accuracy_10_40": "til_accuracy",
}


def read_facts(folder: Path, names: Sequence[str] = tuple(TITLES)) -> list[dict[str, Any]]:
    """What each backend that ran says of itself, in the paper's order."""
    return [read_json(folder / f"{name}.json") for name in names if (folder / f"{name}.json").is_file()]


def report(found: Evaluation, facts: Sequence[dict[str, Any]], counts: Mapping[str, int]) -> dict[str, Any]:
    """Everything by name, so that pages and claims can point at it; of a backend that was left out only its count is known."""
    told, kinds = summary(found), {each["kind"] for each in facts}
    own = {each["backend"]: each | {"thresholds": each["seeds"][0]["thresholds"]} for each in facts}
    first = facts[0]["backend"]
    for name, count in counts.items():
        own[name] = own.get(name, nothing_like(own[first])) | {"parameters": count}
        for part in ("detection", "scores"):
            told[part].setdefault(name, nothing_like(told[part][first]))
    return {"kind": "check" if "check" in kinds else "comparison", "backends": own, **told}


def nothing_like(told: Any) -> Any:
    """The same names without figures."""
    return {key: nothing_like(value) for key, value in told.items()} if isinstance(told, dict) else None
