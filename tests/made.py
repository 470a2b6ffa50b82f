"""Tiny labelled pictures in the published layout."""

import json
from pathlib import Path

import numpy as np
from PIL import Image


def write_sample(folder: Path, stem: str, points: list[dict[str, object]], size: int = 64) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(len(stem))
    Image.fromarray(rng.integers(0, 256, (size, size, 3), np.uint8)).save(folder / f"{stem}.jpg")
    (folder / f"{stem}.json").write_text(json.dumps(points))
