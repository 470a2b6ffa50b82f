"""What several tests need."""

from pathlib import Path

import pytest
from made import write_sample
from tile_network import scored, write_network, write_sections


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """Four pictures of two patients to train on, two of a third to test on."""
    root = tmp_path / "shidc"
    for stem in ("p1_0001_1", "p1_0002_1", "p2_0001_1", "p2_0002_1"):
        write_sample(root / "Train", stem, [{"x": 10, "y": 20, "label_id": 1}, {"x": "30", "y": "40", "label_id": "2"}])
    for stem in ("p3_0001_1", "p3_0002_1"):
        write_sample(root / "Test", stem, [{"x": 5, "y": 6, "label_id": 3}])
    return root


@pytest.fixture(scope="session")
def purple_network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up network of H&E patches whose score is the share of dark purple pixels."""
    return write_network(tmp_path_factory.mktemp("purple"))


@pytest.fixture(scope="session")
def sections(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures in the colours that this network knows."""
    return write_sections(tmp_path_factory.mktemp("sections"))


@pytest.fixture(scope="session")
def graded(sections: Path, purple_network: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `ki67 cellularity` writes of them."""
    out = tmp_path_factory.mktemp("out")
    assert scored([sections], out, purple_network).exit_code == 0
    return out
