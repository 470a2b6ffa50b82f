"""The main results as tables, read from the files that the stages wrote: for the terminal, and for the README."""

from pathlib import Path

from pydantic import TypeAdapter

from ki67.backends.fitted import TITLES
from ki67.base.tables import read_json
from ki67.cells.outcomes import PUBLISHED, STRICT
from ki67.cells.summary import ByRule, Summary

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


def readme_table(root: Path) -> str:
    """What the README shows: F1 at R = 6 and the index error per field, simulated above, real development figures below."""
    default, release = evaluation_in(root / "metrics"), evaluation_in(root / "release/metrics")
    real = read_json(root / "release/real_check.json")
    rows = [_row("PathoNet, `make reproduce`", default, "pathonet"), _row("PathoNet, longest run", release, "pathonet")]
    rows += [_row(f"{METHODS[method]}, longest run", release, method) for method in ("classical", "chance")]
    for name, title in (("shidc", "SHIDC-B-Ki-67"), ("bcdata", "BCData")):
        figures = TypeAdapter(ByRule).validate_python(real[name]["detection"]["pathonet"])[STRICT.key]
        error = real[name]["ki67_rmse_image"]["pathonet"]
        place = f"longest run on {real[name]['images']} real fields of {title}"
        rows.append(_cells(place, figures["positive"].f1, figures["negative"].f1, error))
    return "\n".join(["| | F1 positive | F1 negative | index RMSE per field |", "|---|---|---|---|", *rows])


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


def _row(title: str, found: Summary, method: str) -> str:
    figures = found.detection[method][STRICT.key]
    error = found.scores[method].ki67_rmse_image.value if method in found.scores else None
    return _cells(f"{title}, {found.images} simulated fields", figures["positive"].f1, figures["negative"].f1, error)


def _cells(title: str, *values: float | None) -> str:
    return f"| {title} | " + " | ".join("–" if value is None else f"{value:.3f}" for value in values) + " |"


def _shown(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.3f}"
