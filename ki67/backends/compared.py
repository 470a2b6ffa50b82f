"""The backends side by side: what each found in the same test fields, which differences are real, how each was fitted."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ki67.backends.fitted import TITLES, Fitted
from ki67.base.tables import write_json
from ki67.cells.cells import CLASS_NAMES, Cells
from ki67.cells.evaluation import DifferenceRow, Evaluation, Resampling, as_table, f1_statistics
from ki67.cells.metrics import Statistic, difference, over_networks
from ki67.cells.outcomes import PUBLISHED, RULES, STRICT, Outcome, Rule, f1_by_class
from ki67.cells.summary import Accuracy, ByRule, Error, MethodScores, summary
from ki67.data.frames import Frames


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
    return {name: over_networks([statistics[name] for statistics in each], seed) for name in each[0]}


def paired(backends: Sequence[Networks], draws: Resampling) -> pd.DataFrame:
    """Every two backends on the same patients; a difference whose interval leaves out nought is real."""
    rows, patients = [], len(backends[0][0].who)
    for rule in RULES:
        f1 = {networks[0].method: f1_of(networks, rule, draws) for networks in backends}
        for first, second in combinations(f1, 2):
            for name in f1[first]:
                e = draws.interval(difference(f1[first][name], f1[second][name]), patients)
                rows.append(DifferenceRow(first, second, rule, name, e.value, e.low, e.high))
    table = as_table(rows)
    return table.assign(real=np.where((table["low"] > 0) | (table["high"] < 0), "yes", "no"))


def seeds_table(backends: Sequence[Networks]) -> pd.DataFrame:
    """F1 at R = 6 of every network: how much of a difference is only the seed."""
    return pd.DataFrame(
        {"backend": network.method, "title": TITLES[network.method], "network": number}
        | {f"f1_{label}": f1 for label, f1 in f1_by_class(network.truths, network.predictions).items()}
        for networks in backends
        for number, network in enumerate(networks, 1)
    )


def curves_table(folder: Path, fits: Sequence[Fitted]) -> pd.DataFrame:
    """All training curves, the losses also as shares of what empty maps would cost: at 1 nothing is learnt."""
    tables = []
    for fit in fits:
        curve = pd.read_csv(folder / f"{fit.backend}.csv")
        learnt, watched = curve["loss"] / fit.empty_loss.train, curve["validation_loss"] / fit.empty_loss.validation
        tables.append(curve.assign(backend=fit.backend, loss_share=learnt, validation_share=watched))
    return pd.concat(tables, ignore_index=True)


def overview(
    found: Evaluation, backends: Sequence[Networks], fits: Sequence[Fitted], curves: pd.DataFrame, draws: Resampling
) -> pd.DataFrame:
    """One line a backend: what it is, how it was fitted, how its networks did on average, what the first one's scores are."""
    figures, rows = summary(found), []
    for fit, networks in zip(fits, backends, strict=True):
        name = fit.backend
        ends = curves[curves["backend"] == name].groupby("seed")[["loss_share", "validation_share"]].last().mean()
        row = {"backend": name, "title": TITLES[name]} | {key: getattr(fit, key) for key in OF_FIT} | {"networks": len(networks)}
        row |= ends.to_dict()
        row |= {f"threshold_{kind}": value for kind, value in asdict(fit.seeds[0].thresholds).items()}
        row |= f1_columns(networks, draws) | score_columns(figures.scores[name])
        rows.append(row)
    table = pd.DataFrame([*rows, chance_row(figures.detection["chance"])])
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


def score_columns(scores: MethodScores) -> dict[str, float | None]:
    """RMSE and accuracy with their intervals, and of how many patients each is; who has no cell found has no score."""
    ki67, til = scores.ki67_accuracy_16_30, scores.til_accuracy_10_40
    figures: dict[str, Error | Accuracy] = {
        "ki67_rmse": scores.ki67_rmse_patient, "til_rmse": scores.til_rmse_patient, "ki67_accuracy": ki67, "til_accuracy": til,
    }  # fmt: skip
    columns = dict[str, float | None]()
    for name, figure in figures.items():
        columns |= {name: figure.value, f"{name}_low": figure.low, f"{name}_high": figure.high}
    return columns | {"ki67_patients": ki67.of, "til_patients": til.of}


def chance_row(detection: ByRule) -> dict[str, str | float | None]:
    """What as many random points as there are labels score: the row to read all others against."""
    row: dict[str, str | float | None] = {"backend": "chance", "title": "chance"}
    for kind in (*CLASS_NAMES.values(), "average"):
        for start, rule in (("", STRICT), ("published_", PUBLISHED)):
            figures = detection[rule.key][kind]
            row |= {f"{start}f1_{kind}": figures.f1, f"{start}f1_low_{kind}": figures.f1_low}
            row |= {f"{start}f1_high_{kind}": figures.f1_high}
    return row


OF_FIT = ("kind", "parameters", "weights", "rate", "crops")
WHOLE = ("parameters", "crops", "networks", "ki67_patients", "til_patients")


def write_report(found: Evaluation, fits: Sequence[Fitted], counts: Mapping[str, int], path: Path) -> None:
    """Everything by name, so that pages and claims can point at it; of a backend that was left out only its count is known."""
    figures = asdict(summary(found))
    backends = {fit.backend: asdict(fit) | {"thresholds": asdict(fit.seeds[0].thresholds)} for fit in fits}
    first = fits[0].backend
    for name, count in counts.items():
        backends[name] = backends.get(name, without_figures(backends[first])) | {"parameters": count}
        for part in ("detection", "scores"):
            figures[part].setdefault(name, without_figures(figures[part][first]))
    kind = "check" if any(fit.kind == "check" for fit in fits) else "comparison"
    write_json({"kind": kind, "backends": backends, **figures}, path)


def without_figures(named: Any) -> Any:
    """The same names with nothing under them."""
    return {key: without_figures(value) for key, value in named.items()} if isinstance(named, dict) else None
