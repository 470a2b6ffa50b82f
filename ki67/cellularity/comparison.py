"""All models of the chapter side by side on the same test patches: Tables 2 and 3, and which differences are real."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import pandas as pd

from ki67.cellularity.judging import Judged, judged_table, mean_squared_error, mse_difference
from ki67.errors import InputError
from ki67.tables import read_json

# In the order of the paper's tables, ours beside the published ones.
TITLES = {
    "gbt": "GBT",
    "gbt_stopped": "GBT, stopped early",
    "sr_frozen": "ResNet-34 (SR), maps frozen",
    "sr": "ResNet-34 (SR)",
    "resnet34": "ResNet-34 (R)",
    "resnet50": "ResNet-50 (R)",
    "xception": "Xception (R)",
    "xception_classes": "Xception (C)",
    "xception_argmax": "Xception (C), likeliest",
    "mean": "the training mean",
}
MEAN, TREES = "mean", "gbt"
STARTLESS = (TREES, "gbt_stopped", MEAN)
STARTS = ("random", "imagenet")
# What the networks are called that answer in two ways; all others are called as themselves.
ANSWERS = {"sr": ("sr_frozen", "sr"), "xception_classes": ("xception_classes", "xception_argmax")}
MEASURES = tuple(field.name for field in fields(Judged))

Models = dict[str, pd.DataFrame]


def read_predictions(folder: Path, networks: Sequence[str]) -> Models:
    """What each model said of the test patches; all must have been asked about the same ones.

    Networks of other settings may lie beside those wanted, left by another profile.
    """
    paths = {name: folder / f"{name}.csv" for name in (TREES, "gbt_stopped")}
    paths |= {name: folder / network / f"{name}.csv" for network in networks for name in ANSWERS.get(network, (network,))}
    models = {name: _read(paths[name]) for name in TITLES if name in paths}
    asked = list(models[TREES]["name"])
    odd = next((name for name, table in models.items() if list(table["name"]) != asked), None)
    if odd:
        raise InputError(f"{paths[odd]}: other patches than in {paths[TREES].name}; run its stage again")
    return models


def _read(path: Path) -> pd.DataFrame:
    if not path.is_file():
        raise InputError(f"{path}: missing; run the stage that writes it")
    return pd.read_csv(path, dtype={"name": str, "patient": str})


def always(score: float, like: pd.DataFrame) -> pd.DataFrame:
    """The same answer for every patch: what a model must beat."""
    return like.assign(predicted=score)


def compared(models: Models, resamples: int, seed: int) -> pd.DataFrame:
    """A row a model, every measure with its interval."""
    table = judged_table(models, resamples, seed)
    table.insert(1, "title", [TITLES[name] for name in table["model"]])
    return table


def best_of(models: Models) -> str:
    """The model of the least error."""
    return min(models, key=lambda name: mean_squared_error(models[name]))


def differences(models: Models, resamples: int, seed: int) -> pd.DataFrame:
    """How much larger each model's error is than that of the best and than that of the trees, patient by patient the same."""
    rows = []
    for against in dict.fromkeys((best_of(models), TREES)):
        for name in models:
            if name != against:
                found = mse_difference(models[name], models[against], resamples, seed)
                rows.append({"model": name, "title": TITLES[name], "against": against, **_named(asdict(found))})
    return pd.DataFrame(rows)


def _named(estimate: Mapping[str, float]) -> dict[str, float]:
    return {"difference" if part == "value" else part: value for part, value in estimate.items()}


def by_start(table: pd.DataFrame, weights: str) -> dict[str, Any]:
    """The table by names, `random.xception.mse.value`; what was not run from that start is there, without figures.

    The setting is that of the networks; trees and mean start from nothing.
    """
    rows = table.set_index("model")
    start = {name: weights if name not in STARTLESS else "random" for name in rows.index}
    return {one: {name: _figures(rows.loc[name] if start.get(name) == one else None) for name in TITLES} for one in STARTS}


def _figures(row: pd.Series | None) -> dict[str, dict[str, float | None]]:
    columns = {"value": "", "low": "_low", "high": "_high"}
    return {
        measure: {part: None if row is None else row[f"{measure}{end}"] for part, end in columns.items()} for measure in MEASURES
    }


def tuning(models: Models, folder: Path, resamples: int, seed: int) -> dict[str, Any]:
    """Whether training both networks as one made the maps worse and the score better, as the paper found."""
    if "sr" not in models:
        return {"jaccard_falls": None, "error_falls": None, "improvement": None, "jaccard": None}
    maps = read_json(folder / "sr/result.json")["jaccard"]
    before, after = (maps[name]["mean"] for name in ("sr_frozen", "sr"))
    improvement = mse_difference(models["sr_frozen"], models["sr"], resamples, seed)
    return {
        "jaccard": {"before": before, "after": after, "change": after - before},
        "improvement": asdict(improvement),
        "jaccard_falls": after < before,
        "error_falls": improvement.value > 0,
    }
