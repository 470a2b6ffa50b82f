"""The house: low rooms import no high ones, and what a laboratory starts loads no TensorFlow."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "ki67"
STANDARD = set(sys.stdlib_module_names)


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return names


@pytest.mark.parametrize("room", ["cells", "metrics", "scores", "geometry"])
def test_low_rooms_know_numpy_and_scipy_only(room: str) -> None:
    outside = {name.split(".")[0] for name in imported(PACKAGE / f"{room}.py")} - STANDARD
    assert outside <= {"numpy", "scipy", "skimage", "ki67"}
    assert not {name for name in imported(PACKAGE / f"{room}.py") if name.startswith(("ki67.models", "ki67.data"))}


def test_keras_is_imported_only_where_networks_are() -> None:
    users = {
        path.relative_to(PACKAGE).parts[0]
        for path in PACKAGE.rglob("*.py")
        if {"keras", "tensorflow"} & {name.split(".")[0] for name in imported(path)}
    }
    measuring = {"energy.py", "speed.py"}  # they measure TensorFlow
    assert users == {"models", "compression", "cellularity", "export.py"} | measuring


@pytest.mark.parametrize("room", ["engine", "scoring", "tiles", "weights"])
def test_what_laboratories_use_knows_no_room_of_keras(room: str) -> None:
    names = {name for path in (PACKAGE / room).rglob("*.py") for name in imported(path)}
    assert not {name for name in names if name.startswith(("ki67.models", "ki67.export", "ki67.compression.files"))}


def test_no_initialiser_is_made_at_import_where_its_seed_would_be_chance() -> None:
    made = [
        f"{path.name}: {ast.unparse(node)}"
        for path in PACKAGE.rglob("*.py")
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.Assign | ast.AnnAssign) and "initializers." in ast.unparse(node)
    ]
    assert made == []


def test_nothing_in_the_package_reads_pickles() -> None:
    assert not [path for path in PACKAGE.rglob("*.py") if "pickle" in imported(path)]


def test_the_command_line_starts_without_tensorflow() -> None:
    code = "import sys, ki67.cli.main; print([m for m in ('tensorflow', 'keras', 'matplotlib', 'pandas') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
