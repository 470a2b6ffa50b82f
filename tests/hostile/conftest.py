"""How a hostile case is run: in its own empty folder, from there."""

from pathlib import Path

import pytest
from attempts import Attempt, attempt


@pytest.fixture(name="attempt")
def attempt_in_its_folder(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Attempt:
    """Runs a case and gives its outcome for what else a test wants to see of it."""
    folder = tmp_path / "here"
    folder.mkdir()
    return lambda case: attempt(case, folder, capfd, monkeypatch)
