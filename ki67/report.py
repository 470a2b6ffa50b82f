"""The main results as a table for the terminal, read from the metrics that stand there."""

from pathlib import Path

from ki67.tables import read_json

METHODS = {"pathonet": "PathoNet", "classical": "classical row", "chance": "chance"}
COLUMNS = {"positive": 11, "negative": 11, "til": 10}


def main_results(metrics: Path) -> str:
    """F1 of the methods at both matchings, and the index error per patient."""
    found = read_json(metrics / "evaluation.json")
    source = read_json(metrics / "dataset.json")["source"]
    lines = [
        f"Test on {found['images']} {source} fields of {found['patients']} patients",
        f"{'':16}{'F1 at R = 6, one to one':>32}{'F1 at R = 20, as published':>32}",
        f"{'':16}" + f"{'positive':>11}{'negative':>11}{'TIL':>10}" * 2,
    ]
    for method, title in METHODS.items():
        row = f"{title:16}"
        for matching in ("strict", "published"):
            classes = found["detection"][method][matching]
            row += "".join(f"{_shown(classes[name]['f1']):>{width}}" for name, width in COLUMNS.items())
        lines.append(row)
    error = found["scores"]["pathonet"]["ki67_rmse_patient"]
    lines.append(f"Ki-67 index, RMSE per patient: {_shown(error['value'])} ({_shown(error['low'])} to {_shown(error['high'])})")
    return "\n".join(lines)


def _shown(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.3f}"
