"""The main results as tables, read from the files that the stages wrote: for the terminal, and for the README."""

from pathlib import Path
from typing import Any

from ki67.backends.fitted import TITLES
from ki67.base.tables import read_json

METHODS = {**TITLES, "classical": "classical row", "chance": "chance"}
COLUMNS = {"positive": 11, "negative": 11, "til": 10}


def main_results(metrics: Path) -> str:
    """F1 of the methods at both matchings, and the index error per patient, for the terminal."""
    found = read_json(metrics / "evaluation.json")
    source = read_json(metrics / "dataset.json")["source"]
    lines = [
        f"Test on {found['images']} {source} fields of {found['patients']} patients",
        f"{'':16}{'F1 at R = 6, one to one':>32}{'F1 at R = 20, as published':>32}",
        f"{'':16}" + f"{'positive':>11}{'negative':>11}{'TIL':>10}" * 2,
    ]
    for method in found["detection"]:
        row = f"{METHODS[method]:16}"
        for matching in ("strict", "published"):
            classes = found["detection"][method][matching]
            row += "".join(f"{_shown(classes[name]['f1']):>{width}}" for name, width in COLUMNS.items())
        lines.append(row)
    error = found["scores"][next(iter(found["detection"]))]["ki67_rmse_patient"]
    lines.append(f"Ki-67 index, RMSE per patient: {_shown(error['value'])} ({_shown(error['low'])} to {_shown(error['high'])})")
    return "\n".join(lines)


def readme_table(root: Path) -> str:
    """What the README shows: F1 at R = 6 and the index error per field, simulated above, real development figures below."""
    default, release = (read_json(root / path) for path in ("metrics/evaluation.json", "release/metrics/evaluation.json"))
    real = read_json(root / "release/real_check.json")
    rows = [_row("PathoNet, `make reproduce`", default, "pathonet"), _row("PathoNet, longest run", release, "pathonet")]
    rows += [_row(f"{METHODS[method]}, longest run", release, method) for method in ("classical", "chance")]
    for name, title in (("shidc", "SHIDC-B-Ki-67"), ("bcdata", "BCData")):
        figures = real[name]["detection"]["pathonet"]["strict"]
        error = real[name]["ki67_rmse_image"]["pathonet"]
        place = f"longest run on {real[name]['images']} real fields of {title}"
        rows.append(_cells(place, figures["positive"]["f1"], figures["negative"]["f1"], error))
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


def _row(title: str, evaluation: dict[str, Any], method: str) -> str:
    figures = evaluation["detection"][method]["strict"]
    error = evaluation["scores"].get(method, {}).get("ki67_rmse_image", {}).get("value")
    return _cells(
        f"{title}, {evaluation['images']} simulated fields", figures["positive"]["f1"], figures["negative"]["f1"], error
    )


def _cells(title: str, *values: float | None) -> str:
    return f"| {title} | " + " | ".join("–" if value is None else f"{value:.3f}" for value in values) + " |"


def _shown(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.3f}"
