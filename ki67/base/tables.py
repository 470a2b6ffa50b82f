"""Results as small files: the same values are the same bytes, and a value that does not exist is null, not NaN."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ki67.base.files import whole_file, write_whole


def rounded(value: Any, digits: int = 6) -> Any:
    """Plain JSON values, floats cut to the digits that mean something."""
    if isinstance(value, dict):
        return {str(key): rounded(item, digits) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(item, digits) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return round(value, digits) if math.isfinite(value) else None
    return value


def write_json(value: Any, path: Path) -> None:
    """One JSON file with a line end, its folder made, in place when it is whole."""
    write_whole(path, [json.dumps(rounded(value), indent=2, allow_nan=False), "\n"])


def read_json(path: Path) -> Any:
    """A JSON file's content, as `write_json` keeps it."""
    return json.loads(path.read_text())


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """One CSV file, floats to six digits."""
    with whole_file(path) as partial:
        table.to_csv(partial, index=False, float_format="%.6g", lineterminator="\n")
