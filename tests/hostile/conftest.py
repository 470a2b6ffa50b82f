"""How a hostile case is run: in its own empty folder, from there."""

from functools import cache
from pathlib import Path

import pytest
from attempts import Attempt, attempt

from ki67.engine.model import Model, load_model
from ki67.score import command
from ki67.weights import NETWORK


@pytest.fixture(name="attempt")
def attempt_in_its_folder(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Attempt:
    """Runs a case and gives its outcome for what else a test wants to see of it."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.setattr(command, "load_model", unpacked_once)
    return lambda case: attempt(case, folder, capfd, monkeypatch)


@cache
def shipped() -> Model:
    """The network of the package, which takes a fifth of a second to unpack."""
    return load_model(NETWORK)


def unpacked_once(path: Path) -> Model:
    """As `load_model`, for many runs in one process."""
    return shipped() if path == NETWORK else load_model(path)
