"""The backends side by side: what each found in the same test fields, which differences are real, how each was fitted."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ki67.base.tables import read_json
from ki67.cells.cells import CLASS_NAMES, Cells
from ki67.cells.evaluation import DifferenceRow, Evaluation, Resampling, f1_statistics
from ki67.cells.metrics import Statistic, difference, over_networks
from ki67.cells.outcomes import PUBLISHED, RULES, STRICT, Outcome, Rule, f1_by_class
from ki67.cells.summary import summary
from ki67.data.frames import Frames

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


Networks = Sequence[Outcome]  # of one backend, each from another seed


def f1_of(networks: Networks, rule: Rule, draws: Resampling) -> dict[str, Statistic]:
    """F1 of a backend by class and on average: the mean over its networks."""
    each = [f1_statistics(outcome, rule) for outcome in networks]
    # Every backend draws its networks for itself: the first seed of one has nothing to do with the first seed of another.
    seed = draws.seed + 1 + list(TITLES).index(networks[0].method)
    return {name: over_networks([own[name] for own in each], seed) for name in each[0]}


def paired(backends: Sequence[Networks], draws: Resampling) -> pd.DataFrame:
    """Every two backends on the same patients; a difference whose interval leaves out nought is real."""
    rows, patients = [], len(backends[0][0].who)
    for rule in RULES:
        f1 = {networks[0].method: f1_of(networks, rule, draws) for networks in backends}
        for one, other in combinations(f1, 2):
            for name in f1[one]:
                e = draws.interval(difference(f1[one][name], f1[other][name]), patients)
                rows.append(DifferenceRow(one, other, rule.name, name, e.value, e.low, e.high))
    table = pd.DataFrame([asdict(row) for row in rows])
    return table.assign(real=np.where((table["low"] > 0) | (table["high"] < 0), "yes", "no"))


def seeds_table(backends: Sequence[Networks]) -> pd.DataFrame:
    """F1 at R = 6 of every network: how much of a difference is only the seed."""
    return pd.DataFrame(
        {"backend": one.method, "title": TITLES[one.method], "network": number}
        | {f"f1_{label}": f1 for label, f1 in f1_by_class(one).items()}
        for networks in backends
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


def overview(
    found: Evaluation, backends: Sequence[Networks], facts: Sequence[dict[str, Any]], curves: pd.DataFrame, draws: Resampling
) -> pd.DataFrame:
    """One line a backend: what it is, how it was fitted, how its networks did on average, what the first one's scores are."""
    told, rows = summary(found), []
    for own, networks in zip(facts, backends, strict=True):
        name = own["backend"]
        ends = curves[curves["backend"] == name].groupby("seed")[["loss_share", "validation_share"]].last().mean()
        row = {"backend": name, "title": TITLES[name]} | {key: own[key] for key in OWN} | {"networks": len(networks)}
        row |= ends.to_dict()
        row |= {f"threshold_{kind}": value for kind, value in own["seeds"][0]["thresholds"].items()}
        row |= f1_columns(networks, draws) | score_columns(told["scores"][name])
        rows.append(row)
    table = pd.DataFrame([*rows, chance_row(told["detection"]["chance"])])
    return table.astype(dict.fromkeys(WHOLE, "Int64"))  # chance has none of these


def f1_columns(networks: Networks, draws: Resampling) -> dict[str, float]:
    """Mean F1 at R = 6 with its interval, and by the published rule."""
    strict, published = (f1_of(networks, rule, draws) for rule in (STRICT, PUBLISHED))
    columns = dict[str, float]()
    for kind in (*CLASS_NAMES.values(), "average"):
        for rule, statistic in (("", strict[kind]), ("published_", published[kind])):
            e = draws.interval(statistic, len(networks[0].who))
            columns |= {f"{rule}f1_{kind}": e.value, f"{rule}f1_low_{kind}": e.low, f"{rule}f1_high_{kind}": e.high}
    return columns


def score_columns(scores: dict[str, Any]) -> dict[str, float]:
    """RMSE and accuracy with their intervals, and of how many patients each is."""
    columns = dict[str, float]()
    for key, name in SCORES.items():
        columns |= {name: scores[key]["value"], f"{name}_low": scores[key]["low"], f"{name}_high": scores[key]["high"]}
    return columns | {f"{measure}_patients": scores[f"{measure}_accuracy_{cut}"]["of"] for measure, cut in JUDGED.items()}


def chance_row(detection: dict[str, Any]) -> dict[str, Any]:
    """What as many random points as there are labels score: the row to read all others against."""
    row: dict[str, Any] = {"backend": "chance", "title": "chance"}
    for kind in (*CLASS_NAMES.values(), "average"):
        for rule, matching in (("", "strict"), ("published_", "published")):
            own = detection[matching][kind]
            row |= {f"{rule}f1_{kind}": own["f1"], f"{rule}f1_low_{kind}": own["f1_low"], f"{rule}f1_high_{kind}": own["f1_high"]}
    return row


OWN = ("kind", "parameters", "weights", "rate", "crops")
WHOLE = ("parameters", "crops", "networks", "ki67_patients", "til_patients")
SCORES = {
    "ki67_rmse_patient": "ki67_rmse",
    "til_rmse_patient": "til_rmse",
    "ki67_accuracy_16_30": "ki67_accuracy",
    "til_accuracy_10_40": "til_accuracy",
}
JUDGED = {"ki67": "16_30", "til": "10_40"}  # a patient in whom nothing is found has no score and is left out


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
