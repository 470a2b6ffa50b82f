"""The house: rooms in layers, low ones import no high ones, and what a laboratory starts loads no TensorFlow."""

import ast
import subprocess
import sys
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from ki67.base.closure import House, imported_names

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "ki67"
HOUSE = House(ROOT, "ki67", ())
# From the ground up. A room imports rooms that stand before it, never one behind it.
ROOMS = (
    "base", "cells", "settings", "container", "data", "simulate", "engine", "weights", "pictures", "score", "tiles", "slides",
    "app", "figures", "quantize", "models", "backends", "compression", "finetune", "cellularity", "tumour", "masks", "bench",
    "study", "cli",
)  # fmt: skip
TOOLS = ("score", "tiles", "slides")  # none imports another
USED_BY_LABORATORIES = ROOMS[: ROOMS.index("figures")]
# They train, or measure what trains.
KERAS = {"models", "backends", "compression", "finetune", "cellularity", "tumour", "masks", "bench"}


def files_of(room: str) -> list[Path]:
    return sorted((PACKAGE / room).rglob("*.py"))


@cache
def names_in(file: Path) -> set[str]:
    return {name for node in ast.walk(ast.parse(file.read_text())) for name in imported_names(node)}


def packages_in(file: Path) -> set[str]:
    return {name.split(".")[0] for name in names_in(file)}


def rooms_used(room: str) -> dict[str, str]:
    """Each other room that one imports, and a file that does."""
    found = {}
    for file in files_of(room):
        for module in HOUSE.imported(file.read_text()):
            if module.count(".") and (other := module.split(".")[1]) != room:
                found[other] = file.name
    return found


def test_every_file_stands_in_a_room_of_the_table() -> None:
    assert {path.name for path in PACKAGE.iterdir() if path.name != "__pycache__"} == {*ROOMS, "__init__.py"}


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_rooms_below_it(room: str) -> None:
    below = ROOMS[: ROOMS.index(room)]
    assert {other: file for other, file in rooms_used(room).items() if other not in below} == {}


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_says_in_a_sentence_what_it_promises(room: str) -> None:
    assert (ast.get_docstring(ast.parse((PACKAGE / room / "__init__.py").read_text())) or "").count(" ") > 3


@pytest.mark.parametrize("tool", TOOLS)
def test_no_tool_imports_another(tool: str) -> None:
    assert not rooms_used(tool).keys() & set(TOOLS)


def direct(module: str) -> set[str]:
    """What a module itself imports, without the `__init__` of the rooms on the way."""
    names = names_in(HOUSE.modules[module])
    return {part for name in names for part in (name, name.rpartition(".")[0]) if part in HOUSE.modules}


def test_no_module_imports_itself_round_a_corner() -> None:
    order = TopologicalSorter({module: direct(module) for module in HOUSE.modules})
    assert len(list(order.static_order())) == len(HOUSE.modules)  # a circle is an error that names it


def test_keras_is_imported_only_where_networks_are_trained_or_measured() -> None:
    assert {room for room in ROOMS if any({"keras", "tensorflow"} & packages_in(file) for file in files_of(room))} <= KERAS


@pytest.mark.parametrize("room", USED_BY_LABORATORIES)
def test_nothing_that_laboratories_use_imports_what_the_study_needs(room: str) -> None:
    heavy = {"keras", "tensorflow", "dvc", "papermill", "matplotlib"}
    assert {file.name for file in files_of(room) if heavy & packages_in(file)} == set()


def test_dask_and_openvino_have_one_door_each() -> None:
    files = [file for room in ROOMS for file in files_of(room)]
    doors = {
        package: [file.relative_to(PACKAGE).as_posix() for file in files if package in packages_in(file)]
        for package in ("distributed", "dask", "openvino")
    }
    assert doors == {"distributed": ["base/cluster.py"], "dask": [], "openvino": ["engine/graphs.py"]}


def test_no_initialiser_is_made_at_import_where_its_seed_would_be_chance() -> None:
    made = [
        f"{path.name}: {ast.unparse(node)}"
        for path in PACKAGE.rglob("*.py")
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.Assign | ast.AnnAssign) and "initializers." in ast.unparse(node)
    ]
    assert made == []


def test_nothing_in_the_package_reads_pickles() -> None:
    assert not [path for path in PACKAGE.rglob("*.py") if "pickle" in packages_in(path)]


@pytest.mark.parametrize("start", ["ki67.cli.main", "ki67.score.command", "ki67.tiles.command", "ki67.slides.command"])
def test_what_a_laboratory_starts_loads_no_library_of_the_study(start: str) -> None:
    code = f"import sys, {start}; print([m for m in ('tensorflow', 'keras', 'matplotlib', 'pandas', 'dvc') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
