"""The main results as a table for the terminal, read from the files that the stages wrote."""

from pathlib import Path

from pydantic import TypeAdapter

from ki67.backends.fitted import TITLES
from ki67.base.tables import read_json
from ki67.cells.outcomes import PUBLISHED, STRICT
from ki67.cells.summary import Summary

METHODS = {**TITLES, "classical": "classical row", "chance": "chance"}
COLUMNS = {"positive": 11, "negative": 11, "til": 10}


def evaluation_in(metrics: Path) -> Summary:
    """What the stage `evaluate` wrote."""
    return TypeAdapter(Summary).validate_python(read_json(metrics / "evaluation.json"))


def main_results(metrics: Path) -> str:
    """F1 of the methods at both matchings, and the index error per patient, for the terminal."""
    found = evaluation_in(metrics)
    source = read_json(metrics / "dataset.json")["source"]
    lines = [
        f"Test on {found.images} {source} fields of {found.patients} patients",
        f"{'':16}{'F1 at R = 6, one to one':>32}{'F1 at R = 20, as published':>32}",
        f"{'':16}" + f"{'positive':>11}{'negative':>11}{'TIL':>10}" * 2,
    ]
    for method, rules in found.detection.items():
        both = [(rules[rule.key][name].f1, width) for rule in (STRICT, PUBLISHED) for name, width in COLUMNS.items()]
        lines.append(f"{METHODS[method]:16}" + "".join(f"{_shown(f1):>{width}}" for f1, width in both))
    error = found.scores[next(iter(found.detection))].ki67_rmse_patient
    lines.append(f"Ki-67 index, RMSE per patient: {_shown(error.value)} ({_shown(error.low)} to {_shown(error.high)})")
    return "\n".join(lines)


def _shown(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.3f}"
