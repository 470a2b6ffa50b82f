"""All models of the chapter side by side on the same test patches: Tables 2 and 3, and how far each is from the trees."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from itertools import combinations
from pathlib import Path
from typing import Any

import pandas as pd

from ki67.base.errors import InputError
from ki67.base.tables import read_json
from ki67.cellularity.judging import Judged, judged_table, mse_difference
from ki67.data.patches import SIDE
from ki67.settings.networks import ROWS, STARTS, Start, called

# In the order of the paper's tables, ours beside the published ones; what starts at random has the bare name.
MODELS = {
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
TITLES = MODELS | {called(name, "imagenet"): f"{title}, from ImageNet" for name, title in MODELS.items()}
MEAN, TREES = "mean", "gbt"
MEASURES = tuple(field.name for field in fields(Judged))

# What `tuning` says where SR was not run: every key is there, so that pages and claims have something to show.
UNTUNED: dict[str, Any] = {
    "jaccard": {"before": None, "after": None, "change": None},
    "improvement": {"value": None, "low": None, "high": None},
    "jaccard_falls": None,
    "error_falls": None,
}

Models = dict[str, pd.DataFrame]


def read_predictions(folder: Path, networks: Sequence[str]) -> Models:
    """What each model said of the test patches; all must have been asked about the same ones.

    Networks of other settings may lie beside those wanted, left by another profile.
    """
    paths = {name: folder / f"{name}.csv" for name in (TREES, "gbt_stopped")}
    paths |= {name: folder / network / f"{name}.csv" for network in networks for name in ROWS[network].answers}
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


def differences(models: Models, resamples: int, seed: int) -> pd.DataFrame:
    """How much larger each model's error is than that of the trees, on the same patients.

    The trees were chosen beforehand: the model of the least error on these patches would owe its place to them.
    """
    others = {name: table for name, table in models.items() if name != TREES}
    found = {name: mse_difference(table, models[TREES], resamples, seed) for name, table in others.items()}
    return pd.DataFrame(
        {"model": name, "title": TITLES[name], "difference": estimate.value, "low": estimate.low, "high": estimate.high}
        for name, estimate in found.items()
    )


def pairs(models: Models, resamples: int, seed: int) -> pd.DataFrame:
    """How much larger the error of one model is than that of another, of every two that learnt, on the same patients."""
    rows = []
    for one, other in combinations([name for name in models if name != MEAN], 2):
        found = mse_difference(models[one], models[other], resamples, seed)
        rows.append({"model": one, "against": other, "difference": found.value, "low": found.low, "high": found.high})
    return pd.DataFrame(rows)


def started(networks: Sequence[str]) -> dict[Start, int]:
    """How many networks there are of each start."""
    return {start: sum(ROWS[network].start == start for network in networks) for start in STARTS}


def seen(um_per_px: float, shrink: int) -> dict[str, dict[str, float]]:
    """How large a patch is, and a pixel of it: to the segmentation, and shrunk to the networks that look at the picture."""
    halved = 2 * um_per_px
    return {
        "segmentation": {"side": SIDE, "um_per_px": halved},
        "networks": {"side": SIDE // shrink, "um_per_px": shrink * halved},
    }


def by_start(table: pd.DataFrame) -> dict[str, Any]:
    """The table by names, `random.xception.mse.value`; what was not run from that start is there, without figures.

    Trees and mean start from nothing and stand with the random ones.
    """
    rows = {str(row["model"]): row for _, row in table.iterrows()}
    return {start: {name: _figures(rows.get(called(name, start))) for name in MODELS} for start in STARTS}


def _figures(row: pd.Series | None) -> dict[str, dict[str, float | None]]:
    columns = {"value": "", "low": "_low", "high": "_high"}
    return {
        measure: {part: None if row is None else row[f"{measure}{end}"] for part, end in columns.items()} for measure in MEASURES
    }


def tuning(models: Models, folder: Path, resamples: int, seed: int) -> dict[str, Any]:
    """Whether training both networks as one made the maps worse and the score better, as the paper found."""
    if "sr" not in models:
        return UNTUNED
    maps = read_json(folder / "sr/result.json")["jaccard"]
    before, after = (maps[name]["mean"] for name in ("sr_frozen", "sr"))
    improvement = mse_difference(models["sr_frozen"], models["sr"], resamples, seed)
    return {
        "jaccard": {"before": before, "after": after, "change": after - before},
        "improvement": asdict(improvement),
        "jaccard_falls": after < before,
        "error_falls": improvement.value > 0,
    }
