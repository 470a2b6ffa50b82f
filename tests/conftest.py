"""What several tests need: tiny labelled pictures in the published layout."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image


def write_sample(folder: Path, stem: str, points: list[dict[str, object]], size: int = 64) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(len(stem))
    Image.fromarray(rng.integers(0, 256, (size, size, 3), np.uint8)).save(folder / f"{stem}.jpg")
    (folder / f"{stem}.json").write_text(json.dumps(points))


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """Four pictures of two patients to train on, two of a third to test on."""
    root = tmp_path / "shidc"
    for stem in ("p1_0001_1", "p1_0002_1", "p2_0001_1", "p2_0002_1"):
        write_sample(root / "Train", stem, [{"x": 10, "y": 20, "label_id": 1}, {"x": "30", "y": "40", "label_id": "2"}])
    for stem in ("p3_0001_1", "p3_0002_1"):
        write_sample(root / "Test", stem, [{"x": 5, "y": 6, "label_id": 3}])
    return root
