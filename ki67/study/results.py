"""The main results as tables, read from the files that the stages wrote: for the terminal, and for the README."""

from pathlib import Path

import yaml
from pydantic import TypeAdapter

from ki67.backends.fitted import TITLES
from ki67.base.tables import read_json
from ki67.cells.outcomes import PUBLISHED, STRICT
from ki67.cells.summary import ByClass, ByRule, Summary, is_labelled

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


REAL = {"shidc": "SHIDC-B-Ki-67", "bcdata": "BCData"}


def readme_table(root: Path) -> str:
    """What the README shows: F1 at R = 6 and the index error per field, rows that share their test fields together."""
    default, release = evaluation_in(root / "metrics"), evaluation_in(root / "release/metrics")
    cohort = f"{default.images} simulated"
    rows = [_row("PathoNet, `make reproduce`", cohort, default, "pathonet")]
    other = cohort if judged_alike(root) else f"{release.images} simulated, others"
    rows += [_row(f"{METHODS[method]}, longest run", other, release, method) for method in ("pathonet", "classical", "chance")]
    for name, title in REAL.items():
        real = read_json(root / "release/real_check.json")[name]
        for method in ("pathonet", "classical"):
            found = TypeAdapter(ByRule).validate_python(real["detection"][method])[STRICT.key]
            error = real["scores"][method]["index"]["value"]
            rows.append(_cells(f"{METHODS[method]}, longest run | {real['images']} real, {title}", found, error))
    columns = ["", "test fields", "F1 positive", "F1 negative", "F1 TIL", "index RMSE per field"]
    return "\n".join(["| " + " | ".join(columns) + " |", "|---" * len(columns) + "|", *rows])


def judged_alike(root: Path) -> bool:
    """Whether the longest run was judged on the test cohort of `make reproduce`."""
    settings = yaml.safe_load((root / "params.yaml").read_text())["simulate"]
    run = read_json(root / "release/provenance.json")["parameters"]["simulate"]
    return all(settings[name] == run.get(name) for name in settings if name.startswith("test_"))


WAYS = {"predict": "`model.predict`", "tf_function": "`tf.function`", "float32": "engine, float32",
        "bfloat16": "engine, bfloat16", "int8": "engine, int8"}  # fmt: skip


def speed_table(root: Path) -> str:
    """What the README shows of speed: the network alone, and from a jpg to its cells."""
    measured = read_json(root / "measurements/speed.json")
    published = f"| published way | {'–'} | {'–'} | {measured['files']['published']['ms']:.0f} ms | 1 |"
    rows = [
        "| | one 256×256 picture | × `model.predict` | 1228×1228 jpg to cells | × published |",
        "|---|---|---|---|---|",
        published,
    ]
    for way, title in WAYS.items():
        network, file = measured["network"][way], measured["files"].get(way)
        times = f"{network['times_predict']:.1f}" if way != "predict" else "1"
        cells = f"{file['ms']:.0f} ms | {file['times_published']:.1f}" if file else "– | –"
        rows.append(f"| {title} | {network['ms']:.0f} ms | {times} | {cells} |")
    return "\n".join(rows)


def _row(title: str, cohort: str, found: Summary, method: str) -> str:
    error = found.scores[method].ki67_rmse_image.value if method in found.scores else None
    return _cells(f"{title} | {cohort}", found.detection[method][STRICT.key], error)


def _cells(title: str, found: ByClass, error: float | None) -> str:
    """A class that nobody labelled has no F1, whatever was found."""
    values = [found[name].f1 if is_labelled(found[name]) else None for name in COLUMNS]
    return f"| {title} | " + " | ".join("–" if value is None else f"{value:.3f}" for value in [*values, error]) + " |"


def _shown(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.3f}"
