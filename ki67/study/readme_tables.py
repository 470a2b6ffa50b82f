"""The README's tables, read from the files that the stages and the measurements wrote."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from ki67.base.tables import read_json
from ki67.cells.cells import CLASS_NAMES
from ki67.cells.outcomes import STRICT
from ki67.cells.summary import Summary
from ki67.study.results import METHODS, evaluation_in

Figures = Sequence[float | None]  # F1 of the three classes, and the error of the index; nothing where it is not defined
SCORERS = {"contextnet": "contextnet, longest run", "pathonet": "PathoNet, longest run"}
ON_REAL = {"ki67_score": "`ki67 score`", **SCORERS, "classical": "classical row"}
REAL = {"shidc": "SHIDC-B-Ki-67", "bcdata": "BCData"}
WAYS = {"predict": "PathoNet, `model.predict`", "tf_function": "PathoNet, `tf.function`", "float32": "`ki67 score`, float32",
        "bfloat16": "`ki67 score`, bfloat16", "int8": "`ki67 score`, int8"}  # fmt: skip


def simulated(root: Path) -> str:
    """Every method on simulated fields, the cohort named in each row."""
    default, longest = evaluation_in(root / "metrics"), evaluation_in(root / "release/metrics")
    cohort = f"{default.images} fields of {default.patients} patients"
    other = cohort if judged_alike(root) else f"{longest.images} fields of {longest.patients} other patients"
    rows = [_row(f"{METHODS.get(method, method)}, longest run", other, _figures(longest, method)) for method in longest.detection]
    rows += _contest(root / "release/metrics", {"test": cohort, "other_laboratories": "fields of other laboratories"})
    rows += [
        _row(f"{METHODS.get(method, method)}, `make reproduce`", cohort, _figures(default, method))
        for method in default.detection
    ]
    return _table(["", "simulated test fields", "F1 positive", "F1 negative", "F1 TIL", "index RMSE"], rows)


def real(root: Path) -> str:
    """The development figures, with the number of patients and 95 % intervals."""
    found, cells = read_json(root / "release/real_check.json"), _read(root / "release/real_cells.csv")
    rows = [
        row for name, title in REAL.items() for row in _real_rows(found[name], title, [at for at in cells if at["set"] == name])
    ]
    return _table(["", "real fields", "F1 positive", "F1 negative", "F1 TIL"], rows)


def speed(root: Path) -> str:
    """The network alone, and from a jpg to its cells."""
    measured = read_json(root / "measurements/speed.json")
    rows = [f"| PathoNet, published way | – | – | {measured['files']['published']['ms']:.0f} ms | 1 |"]
    for way, title in WAYS.items():
        network, file = measured["network"][way], measured["files"].get(way)
        times = f"{network['times_predict']:.1f}" if way != "predict" else "1"
        cells = f"{file['ms']:.0f} ms | {file['times_published']:.1f}" if file else "– | –"
        rows.append(f"| {title} | {network['ms']:.0f} ms | {times} | {cells} |")
    return _table(["", "one 256×256 picture", "× `model.predict`", "1228×1228 jpg to cells", "× published"], rows)


TABLES = {"simulated": simulated, "real": real, "speed": speed}


def judged_alike(root: Path) -> bool:
    """Whether the longest run was judged on the test cohort of `make reproduce`."""
    settings = yaml.safe_load((root / "params.yaml").read_text())["simulate"]
    run = read_json(root / "release/provenance_pathonet.json")["parameters"]["simulate"]
    return all(settings[name] == run.get(name) for name in settings if name.startswith("test_"))


def _figures(found: Summary, method: str) -> Figures:
    error = found.scores[method].ki67_rmse_image.value if method in found.scores else None
    return [*(found.detection[method][STRICT.key][name].f1 for name in CLASS_NAMES.values()), error]


def _contest(metrics: Path, cohorts: dict[str, str]) -> list[str]:
    """Our own scorer beside PathoNet, once the longest run of both is there."""
    if not (metrics / "scorer.csv").is_file():
        return []
    f1 = {(row["cohort"], row["method"], row["cells"]): float(row["f1"]) for row in _read(metrics / "scorer.csv")}
    errors = {(row["cohort"], row["method"]): float(row["rmse"]) for row in _read(metrics / "scorer_index.csv")
              if (row["measure"], row["unit"]) == ("ki67_index", "image")}  # fmt: skip
    asked = [("test", "contextnet"), ("other_laboratories", "contextnet"), ("other_laboratories", "pathonet")]
    return [
        _row(
            SCORERS[method],
            cohorts[cohort],
            [*(f1[cohort, method, name] for name in CLASS_NAMES.values()), errors[cohort, method]],
        )
        for cohort, method in asked
    ]


def _real_rows(found: Mapping[str, Any], title: str, cells: Sequence[Mapping[str, str]]) -> list[str]:
    patients = f"{len(found['fields_of'])} patients" if found["fields_of"] else "patients unknown"
    cohort = f"{found['images']} of {title}, {patients}"
    judged = [(ON_REAL[row["method"]], row) for row in cells if row["method"] in ON_REAL]
    return [_line([heading, cohort, *(_interval(row, name) for name in CLASS_NAMES.values())]) for heading, row in judged]


def _interval(row: Mapping[str, str], name: str) -> str:
    if not row[name]:
        return "–"
    value, low, high = (float(row[key]) for key in (name, f"{name}_low", f"{name}_high"))
    return f"{value:.2f} ({low:.2f} to {high:.2f})"


def _row(title: str, cohort: str, figures: Figures) -> str:
    return _line([title, cohort, *("–" if value is None else f"{value:.3f}" for value in figures)])


def _table(columns: Sequence[str], rows: Sequence[str]) -> str:
    return "\n".join([_line(columns), "|---" * len(columns) + "|", *rows])


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))
