"""`ki67 evaluate`: a model on pictures that somebody labelled."""

import json
import math
from collections import Counter
from dataclasses import asdict
from pathlib import Path

import numpy as np

from ki67.base.errors import InputError
from ki67.base.files import write_whole
from ki67.cells.cells import CLASS_NAMES, Cells, read_csv
from ki67.cells.metrics import Estimate, bootstrap, f1_statistic, rmse_statistic
from ki67.cells.outcomes import RULES, Outcome, Rule, patient_counts
from ki67.cells.scores import score
from ki67.cells.uncertainty import Judged, ScorerError
from ki67.data.shidc import PARTS, patient_of, read_part
from ki67.engine.model import load_model
from ki67.engine.names import AskedPrecision
from ki67.pictures.batch import counted
from ki67.pictures.header import header
from ki67.pictures.inputs import Picture, pictures
from ki67.pictures.tables import NOT_DEFINED, unescaped
from ki67.score.command import precision_of
from ki67.score.scorer import CellScorer, in_frame
from ki67.weights import NETWORK

TABLE = "cells.csv"
SEED = 0
Figures = dict[str, dict[str, Estimate]]


def evaluate_folder(
    folder: Path, um_per_px: float | None, model: Path | None, precision: AskedPrecision, out: Path | None
) -> list[str]:
    """F1 of each class by both rules and the error of the index, as lines; as JSON where a file is named."""
    network = load_model(model or NETWORK)
    with CellScorer(network, precision_of(precision, network), um_per_px) as scorer:
        outcome = outcome_of(labelled(folder), scorer)
    found = figures(outcome)
    if out:
        write_whole(out, [as_json(found)])
    who = len(outcome.who)
    judged = f"{counted(len(outcome.names), 'picture')} of {counted(who, 'patient')}"
    lines = [f"{judged}; intervals are over patients" + " (one has none)" * (who == 1)]
    for rule, classes in found.items():
        lines.append(f"{rule}: " + ", ".join(f"{name} {with_interval(figure)}" for name, figure in classes.items()))
    return [*lines, held_line(outcome, network.error)] + [f"{out}: written"] * bool(out)


def labelled(folder: Path) -> list[tuple[Picture, Cells]]:
    """Pictures with their labels: one `cells.csv` for all, or the published layout."""
    if (folder / TABLE).is_file():
        tables = cells_by_name(folder / TABLE)
        found = pictures([folder])
        if found.failures:
            raise InputError(found.failures[0])
        known = {picture.name: picture for picture in found.pictures}
        missing = [name for name in tables if name not in known]
        if missing:
            raise InputError(f"{folder / TABLE}: names {missing[0]!r}, which is not there; add the picture or drop its rows")
        return [(picture, inside(picture, tables.get(name, Cells.empty("image")))) for name, picture in known.items()]
    parts = [folder / part for part in PARTS if (folder / part).is_dir()] or [folder]
    samples = [sample for part in parts for sample in read_part(part)]
    twice = [name for name, count in Counter(sample.name for sample in samples).items() if count > 1]
    if twice:
        raise InputError(f"{folder}: {twice[0]} stands in it twice; rename one")
    heads = [(sample, header(sample.image)) for sample in samples]
    return [(Picture(s.image, s.name), Cells.from_shidc_json(s.label, head.width, head.height)) for s, head in heads]


def cells_by_name(path: Path) -> dict[str, Cells]:
    """The cells of a table by the names of their pictures, which ki67 writes so that no spreadsheet computes them."""
    written = read_csv(path, "image")
    named = {unescaped(name): cells for name, cells in written.items()}
    for name in (name for name in written if name != unescaped(name) and unescaped(name) in written):
        raise InputError(f"{path}: names {unescaped(name)!r} with and without an apostrophe before it; write it one way")
    return named


def inside(picture: Picture, cells: Cells) -> Cells:
    """The labels of a picture, or a line that says which of them belongs to another."""
    size = (header(picture.path).width, header(picture.path).height)
    for x, y in cells.xy[~((cells.xy >= 0) & (cells.xy < size)).all(axis=1)].tolist():
        where = f"a label at ({x:g}, {y:g}) in {TABLE} lies outside its {size[0]}×{size[1]} pixels"
        raise InputError(f"{picture.path}: {where}; correct it or check that the labels belong to this picture")
    return cells


def outcome_of(pairs: list[tuple[Picture, Cells]], scorer: CellScorer) -> Outcome:
    """Labels and found cells, both at the network's scale, where the matching radius means the same for all pictures."""
    truths, found = [], []
    for picture, truth in pairs:
        scored = scorer.score(picture.name, header(picture.path))
        full = (scored.result.width, scored.result.height)
        truths.append(in_frame(truth, full, scored.size, "network"))
        found.append(in_frame(scored.cells, full, scored.size, "network"))
    names = [picture.name for picture, _ in pairs]
    return Outcome("model", names, [patient_of(Path(name).name) for name in names], truths, found)


def figures(outcome: Outcome) -> Figures:
    """F1 of each class, by both rules, and the index error by picture."""
    found: Figures = {rule.name: _f1(outcome, rule) for rule in RULES}
    return found | {"index": {"RMSE by picture": _index_error(outcome)}}


def held_line(outcome: Outcome, error: ScorerError | None) -> str:
    """Whether the error that the network's file tells is enough here: how many labelled indices lie in their intervals."""
    pairs = [Judged(score(truth), score(found)) for truth, found in zip(outcome.truths, outcome.predictions, strict=True)]
    known = [pair for pair in pairs if pair.truth.n_tumour and pair.found.n_tumour]
    by_counting, printed = (sum(pair.held(each) for pair in known) for each in (None, error))
    return f"intervals: of {len(known)} labelled indices the printed ones hold {printed}, those of counting alone {by_counting}"


def _f1(outcome: Outcome, rule: Rule) -> dict[str, Estimate]:
    counts = patient_counts(outcome, rule)
    by_class = {name: counts[:, column] for column, name in enumerate(CLASS_NAMES.values())}
    return {name: bootstrap(f1_statistic(*patients.T), len(patients), SEED) for name, patients in by_class.items()}


def _index_error(outcome: Outcome) -> Estimate:
    pairs = zip(outcome.truths, outcome.predictions, strict=True)
    errors = np.array([score(found).ki67_index - score(truth).ki67_index for truth, found in pairs])
    squared, number = np.nan_to_num(errors**2), np.isfinite(errors).astype(float)
    return bootstrap(rmse_statistic(outcome.by_patient(squared), outcome.by_patient(number)), len(outcome.who), SEED)


def with_interval(figure: Estimate) -> str:
    """A figure with its interval, where there is one."""
    if math.isnan(figure.value):
        return NOT_DEFINED
    return f"{figure.value:.3f}" + ("" if math.isnan(figure.low) else f" ({figure.low:.2f} to {figure.high:.2f})")


def as_json(found: Figures) -> str:
    """The figures with null for what is not defined."""

    def plain(figure: Estimate) -> dict[str, float | None]:
        return {name: None if math.isnan(value) else round(value, 6) for name, value in asdict(figure).items()}

    rules = {rule: {name: plain(figure) for name, figure in classes.items()} for rule, classes in found.items()}
    return json.dumps(rules, indent=2) + "\n"
