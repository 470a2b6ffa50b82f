"""Tiny labelled pictures in the published layout, and how a network was trained on them."""

import json
import re
from pathlib import Path

import numpy as np
from PIL import Image

from ki67.engine.description import TrainingRecipe

RECIPE = TrainingRecipe(
    epochs=1, crop=32, batch=2, crops_per_frame=1, learning_rate=0.003, schedule="cosine", precision="float32", l2=0.0,
    activation="linear", unit=(255.0, 255.0, 127.5), peak=255.0, centre=255.0, sigma=2.0, overlap="last", seed=1,
)  # fmt: skip

DATE = re.compile(rb"<time>[^<]*</time>")  # of a report
OF_ONE_RUN = {"written.jsonl", "lock", "holder"}  # in what order files came, and which process wrote them


def content(out: Path) -> dict[str, bytes]:
    """What a run leaves, but for what tells one run from another."""
    files = (path for path in sorted(out.rglob("*")) if path.is_file() and path.name not in OF_ONE_RUN)
    return {path.relative_to(out).as_posix(): DATE.sub(b"", path.read_bytes()) for path in files}


def write_sample(folder: Path, stem: str, points: list[dict[str, object]], size: int = 64) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(len(stem))
    Image.fromarray(rng.integers(0, 256, (size, size, 3), np.uint8)).save(folder / f"{stem}.jpg")
    (folder / f"{stem}.json").write_text(json.dumps(points))
