"""What validation chose, made anew: quantised, retrained on all training patients, stored, and put to the test."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pydantic import JsonValue

from ki67.cells.evaluation import (
    MEASURES,
    Resampling,
    as_table,
    cut_off_row,
    detection_rows,
    differences,
    error_rows,
    image_scores,
    patient_scores,
)
from ki67.cells.metrics import Statistic, difference, mean_statistic, rmse_statistic
from ki67.cells.outcomes import RULES, STRICT, Outcome
from ki67.cells.scores import CUT_OFFS, UNDEFINED, CutOffs, Measure
from ki67.compression.files import float32_bytes
from ki67.compression.grid import Choice
from ki67.compression.keras_models import vectors
from ki67.compression.trials import Studio, TrialResult
from ki67.container.codebook import Floats
from ki67.container.container import Compressed, write
from ki67.container.shared import SharedWeights
from ki67.data.frames import Frames
from ki67.models.training import batches

BITS = 32
UNCOMPRESSED = "uncompressed"


@dataclass(frozen=True)
class Recipe:
    """One compressed network: its method, its k, its rate, and for how many epochs it is retrained."""

    quantizer: str
    k: int
    clr: float
    epochs: int


def recipes(choices: list[Choice], small_k: int, small_epochs: dict[str, int]) -> dict[str, Recipe]:
    """Table 3's rows: each method as chosen, then again with a small k and the same rate."""
    chosen = {c.quantizer: Recipe(c.quantizer, c.k, c.clr, c.epochs) for c in choices}
    small = {f"{q}_{small_k}": Recipe(q, small_k, r.clr, small_epochs[q]) for q, r in chosen.items()}
    return chosen | small


def small_epochs(results: list[TrialResult], choices: list[Choice], small_k: int) -> dict[str, int]:
    """For how many epochs each method is best retrained with the small k at its chosen rate; none where that was not tried."""
    best = {(r.trial.quantizer, r.trial.k, r.trial.clr): r.best for r in results}
    return {choice.quantizer: best.get((choice.quantizer, small_k, choice.clr), 0) for choice in choices}


def retrained(studio: Studio, recipe: Recipe, frames: Frames) -> SharedWeights:
    """The network in the studio afterwards, and what its kernels share."""
    shared = studio.shared(recipe.quantizer, recipe.k)
    studio.retrainer.start(shared, recipe.clr)
    feed = studio.feed(frames)
    for number in range(recipe.epochs):
        studio.retrainer.epoch(batches(feed, number), studio.settings.steps, [studio.settings.seed, number])
    return studio.retrainer.result()


def together(first: Frames, second: Frames) -> Frames:
    """Training and validation patients, once nothing is left to choose."""
    images = np.concatenate([first.images, second.images])
    return Frames(first.names + second.names, first.patients + second.patients, images, first.cells + second.cells)


def found(studio: Studio, name: str, frames: Frames) -> Outcome:
    """The cells that the network in the studio finds."""
    cells = [studio.detector(maps) for maps in studio.maps(frames.images)]
    return Outcome(name, frames.names, frames.patients, frames.cells, cells)


@dataclass(frozen=True)
class Size:
    """What a compressed network takes, as published and on disk."""

    network: str
    quantizer: str
    k: int
    representatives: int
    bits: float  # entropy of an index
    index_map: float  # published reckoning: float32 against whole bytes an index and a codebook for every layer
    index_map_one_codebook: float
    memory_saved: float
    file_bytes: int
    file_ratio: float  # float32 parameters against the whole file
    disk_saved: float


@dataclass(frozen=True)
class Tested:
    """The uncompressed network first, then every compressed one."""

    outcomes: list[Outcome]
    sizes: list[Size]


def all_tested(studio: Studio, recipes: dict[str, Recipe], train: Frames, test: Frames, folder: Path) -> Tested:
    """Each recipe made, stored as `folder/NAME.ki67`, and tested; a recipe that stands under two names is made once."""
    made: dict[Recipe, tuple[Size, Outcome]] = {}
    uncompressed = found(studio, UNCOMPRESSED, test)
    for name, recipe in recipes.items():
        if recipe not in made:
            made[recipe] = tested(studio, name, recipe, train, test, folder)
    both = [(replace(made[r][0], network=name), replace(made[r][1], method=name)) for name, r in recipes.items()]
    return Tested([uncompressed, *(outcome for _, outcome in both)], [size for size, _ in both])


def tested(studio: Studio, name: str, recipe: Recipe, train: Frames, test: Frames, folder: Path) -> tuple[Size, Outcome]:
    """One recipe: what it takes, and what it finds."""
    shared = retrained(studio, recipe, train)
    path = folder / f"{name}.ki67"
    store(studio, shared, asdict(recipe), path)
    return size(name, recipe, shared, vectors(studio.model), path), found(studio, name, test)


def store(studio: Studio, shared: SharedWeights, made_by: dict[str, JsonValue], path: Path) -> None:
    """The network in the studio as one file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write(stored(studio, shared, vectors(studio.model), {"compression": made_by}), path)


def stored(studio: Studio, shared: SharedWeights, whole: dict[str, Floats], beside: dict[str, JsonValue]) -> Compressed:
    """What a file says of the studio's network: what its kernels share, its other parameters, and how to build and use it."""
    description = studio.description
    architecture: dict[str, JsonValue] = {"builder": description.architecture, "activation": description.activation}
    return Compressed(shared.tidied(), whole, architecture, description.model_dump(mode="json") | beside)


def size(name: str, recipe: Recipe, shared: SharedWeights, whole: dict[str, Floats], path: Path) -> Size:
    """The published reckonings of space, and the file."""
    used = len(shared.codebooks[0])
    indices = sum(8 * kernel.indices.itemsize * kernel.indices.size for kernel in shared.kernels)
    index_map = BITS * shared.weights / (indices + BITS * used * len(shared.kernels))
    ratio = float32_bytes(shared, whole) / path.stat().st_size
    return Size(
        name, recipe.quantizer, recipe.k, used, shared.entropy,
        index_map=index_map,
        index_map_one_codebook=BITS * shared.weights / (indices + BITS * used),
        memory_saved=1 - 1 / index_map,
        file_bytes=path.stat().st_size,
        file_ratio=ratio,
        disk_saved=1 - 1 / ratio,
    )  # fmt: skip


def space(weights: int, kernels: int, parameters: int, ks: Sequence[int]) -> dict[str, float]:
    """What the published reckoning gives for a network and each k, whatever its weights; and the parameters' megabytes."""
    ratio = {f"k{k}": BITS * weights / ((8 if k <= 256 else 16) * weights + BITS * k * kernels) for k in ks}
    return ratio | {"megabytes": 4 * parameters / 1e6}


def table_three(outcomes: list[Outcome], draws: Resampling) -> pd.DataFrame:
    """F1 of the three classes, both errors and both accuracies, a row a network, one for one matching."""
    rows = []
    for outcome in outcomes:
        for rule in RULES:
            f1 = {row.cells: row for row in detection_rows(outcome, rule, draws)}
            patients = patient_scores(outcome)
            errors = {(e.measure, e.unit): e for e in error_rows(image_scores(outcome), patients, draws)}
            rows.append(
                {"network": outcome.method, "matching": rule.key}
                | {f"f1_{name}": f1[name].f1 for name in ("positive", "negative", "til")}
                | {f"{m}_rmse": errors[m, "patient"].rmse for m in ("ki67_index", "til_score")}
                | {f"{c.measure}_{c.key}": cut_off_row(patients, c, draws).accuracy for c in CUT_OFFS}
            )
    return pd.DataFrame(rows)


@dataclass(frozen=True)
class Change:
    """What compressing did to the clinical figures: patients, not cells."""

    network: str
    index_mean: float  # mean absolute change of a patient's index
    index_most: float
    categories: int  # patients whose category at 16/30 % is another one than before
    patients: int
    rmse_difference: float
    low: float
    high: float


def change(outcome: Outcome, before: Outcome, draws: Resampling) -> Change:
    """Against the uncompressed network, on the same patients."""
    new, old = patient_scores(outcome), patient_scores(before)
    moved = (new["ki67_index_predicted"] - old["ki67_index_predicted"]).abs()
    cut = CUT_OFFS[0]
    other = cut.categories(new["ki67_index_predicted"]) != cut.categories(old["ki67_index_predicted"])
    estimate = draws.interval(difference(error_of(new, "ki67_index"), error_of(old, "ki67_index")), len(new))
    return Change(
        outcome.method, float(moved.mean()), float(moved.max()), int(other.sum()), len(new),
        estimate.value, estimate.low, estimate.high,
    )  # fmt: skip


def error_of(patients: pd.DataFrame, measure: Measure) -> Statistic:
    """RMSE of a score over whichever patients are drawn."""
    squares = (patients[f"{measure}_predicted"] - patients[f"{measure}_truth"]) ** 2
    return rmse_statistic(squares.fillna(0), squares.notna())


def right_by(patients: pd.DataFrame, cut: CutOffs) -> Statistic:
    """The share of patients in their category, of those who have one."""
    truth, predicted = (cut.categories(patients[f"{cut.measure}_{side}"]) for side in ("truth", "predicted"))
    defined = (truth != UNDEFINED) & (predicted != UNDEFINED)
    return mean_statistic(defined & (truth == predicted), defined)


def score_changes(outcomes: list[Outcome], draws: Resampling) -> pd.DataFrame:
    """Paired differences in errors of the scores and in patients put right against the uncompressed network, with intervals."""
    rows, tables = [], {outcome.method: patient_scores(outcome) for outcome in outcomes}
    statistics = {
        name: {f"{m}_rmse": error_of(table, m) for m in MEASURES} | {f"{c.measure}_{c.key}": right_by(table, c) for c in CUT_OFFS}
        for name, table in tables.items()
    }
    before, *compressed = statistics
    for name in compressed:
        for score, statistic in statistics[name].items():
            e = draws.interval(difference(statistic, statistics[before][score]), len(tables[name]))
            ends = {"difference": e.value, "low": e.low, "high": e.high}
            rows.append({"method": name, "against": before, "score": score} | ends)
    return pd.DataFrame(rows)


def changes(outcomes: list[Outcome], draws: Resampling) -> pd.DataFrame:
    """Every compressed network against the first, the uncompressed one."""
    return pd.DataFrame([asdict(change(outcome, outcomes[0], draws)) for outcome in outcomes[1:]])


def f1_changes(outcomes: list[Outcome], draws: Resampling) -> pd.DataFrame:
    """Paired differences in F1 at R = 6 against the uncompressed network, with their intervals."""
    return as_table([row for o in outcomes[1:] for row in differences(o, outcomes[0], STRICT, draws)])


def summary(
    table: pd.DataFrame, sizes: list[Size], choices: list[Choice], changes: pd.DataFrame, reckoned: dict[str, float]
) -> dict[str, Any]:
    """`{network: {matching: figures, size, choice, change}}`, so that prose and claims can name a figure."""
    nested: dict[str, Any] = {"space": reckoned}
    for row in table.to_dict("records"):
        nested.setdefault(row.pop("network"), {})[row.pop("matching")] = row
    for compressed in sizes:
        nested[compressed.network]["size"] = asdict(compressed)
    for choice in choices:
        nested[choice.quantizer]["choice"] = asdict(choice)
    for row in changes.to_dict("records"):
        nested[row["network"]]["change"] = row
    return nested
