"""What several tests need."""

from pathlib import Path

import pytest
from made import write_sample


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """Four pictures of two patients to train on, two of a third to test on."""
    root = tmp_path / "shidc"
    for stem in ("p1_0001_1", "p1_0002_1", "p2_0001_1", "p2_0002_1"):
        write_sample(root / "Train", stem, [{"x": 10, "y": 20, "label_id": 1}, {"x": "30", "y": "40", "label_id": "2"}])
    for stem in ("p3_0001_1", "p3_0002_1"):
        write_sample(root / "Test", stem, [{"x": 5, "y": 6, "label_id": 3}])
    return root
