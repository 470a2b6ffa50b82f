"""The client's types: written in comments, held to by TypeScript's compiler."""

import subprocess
from pathlib import Path

import pytest

from ki67.app.browser.site import CLIENT
from tests.browser.conftest import ROOT

COMPILER = ROOT / "build/typescript/package/lib/tsc.js"
pytest.importorskip("playwright", reason="playwright is not installed, whose Node runs the compiler")


def checked(project: Path) -> str:
    if not COMPILER.is_file():
        pytest.skip("no TypeScript here; `make typescript` fetches it")
    import playwright

    node = Path(playwright.__file__).parent / "driver/node"
    return subprocess.run([node, COMPILER, "-p", project], capture_output=True, text=True, timeout=120).stdout


def test_the_client_keeps_to_its_types() -> None:
    assert checked(CLIENT) == ""


def test_what_does_not_is_found(tmp_path: Path) -> None:
    (tmp_path / "wrong.js").write_text("/** @param {number} n */\nexport const twice = (n) => n * 2;\ntwice('2');\n")
    (tmp_path / "tsconfig.json").write_text((CLIENT / "tsconfig.json").read_text())
    assert "wrong.js(3,7): error TS2345" in checked(tmp_path)
