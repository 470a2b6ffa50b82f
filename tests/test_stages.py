"""A stage depends on all that it runs: a change of code never leaves an old result standing."""

import re
from pathlib import Path

import pytest
import yaml

from ki67.base.closure import LEFT_OUT, House, code_in, covered

ROOT = Path(__file__).parents[1]
STAGES = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]
HOUSE = House(ROOT)


def not_covered(house: House, notebook: Path, deps: list[str]) -> list[str]:
    return sorted(file for file in house.closure(code_in(notebook)) if not covered(file, deps))


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_depends_on_its_notebook_and_on_all_that_it_imports(stage: str) -> None:
    deps = STAGES[stage]["deps"]
    assert f"notebooks/{stage}.ipynb" in deps
    assert not_covered(HOUSE, ROOT / f"notebooks/{stage}.ipynb", deps) == []


@pytest.mark.parametrize("stage", STAGES)
def test_what_a_stage_depends_on_of_ours_is_there_and_is_named_once(stage: str) -> None:
    ours = [dep for dep in STAGES[stage]["deps"] if dep.startswith("ki67/")]
    assert [dep for dep in ours if "$" not in dep and not (ROOT / dep).exists()] == []
    assert [dep for dep in ours if covered(dep, set(ours) - {dep})] == []
    assert len(ours) <= 20  # rooms, not lists of files


@pytest.mark.parametrize("stage", [stage for stage in STAGES if any("ki67/bench" in dep for dep in STAGES[stage]["deps"])])
def test_of_the_bench_a_stage_depends_on_what_it_runs_alone(stage: str) -> None:
    """Most of that room is commands of their own: a change of one makes no stage old."""
    theirs = {dep for dep in STAGES[stage]["deps"] if dep.startswith("ki67/bench")}
    assert theirs == {file for file in HOUSE.closure(code_in(ROOT / f"notebooks/{stage}.ipynb")) if file.startswith("ki67/bench")}


def test_what_cannot_change_a_result_is_still_there_and_says_why() -> None:
    for place, reason in LEFT_OUT.items():
        assert (ROOT / place).exists()
        assert len(reason.split()) > 4


@pytest.fixture
def house(tmp_path: Path) -> House:
    for name, text in {
        "__init__": '"""A package."""', "low/__init__": '"""A room."""', "low/sums": "x = 1", "low/words": "y = 2",
        "high/__init__": "import tiny.low.words", "high/deeds": "from tiny.low import sums\nfrom tiny.low.sums import x",
    }.items():  # fmt: skip
        file = tmp_path / f"tiny/{name}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return House(tmp_path, "tiny", ())


def test_a_closure_takes_in_what_imports_import_and_rooms_that_do_something(house: House) -> None:
    assert house.closure("from tiny.high.deeds import anything") == {
        "tiny/high/deeds.py", "tiny/high/__init__.py", "tiny/low/sums.py", "tiny/low/words.py",
    }  # fmt: skip
    assert house.closure("def late():\n    from tiny.low import sums") == {"tiny/low/sums.py"}
    assert house.closure("import numpy") == set()


def test_behind_what_is_left_out_nothing_is_looked_for(house: House) -> None:
    narrow = House(house.root, "tiny", ("tiny/high/__init__.py", "tiny/low/sums.py"))
    assert narrow.closure("from tiny.high import deeds") == {"tiny/high/deeds.py"}


def test_a_new_import_that_dvc_yaml_does_not_know_is_found(house: House, tmp_path: Path) -> None:
    notebook = tmp_path / "stage.ipynb"
    notebook.write_text('{"cells": [{"cell_type": "code", "source": ["from tiny.high import deeds"]}]}')
    assert not_covered(house, notebook, ["tiny/high", "tiny/low/sums.py"]) == ["tiny/low/words.py"]
    assert not_covered(house, notebook, ["tiny/high", "tiny/low"]) == []


def test_the_claims_depend_on_every_file_that_they_read() -> None:
    claims = (ROOT / "claims.yaml").read_text()
    named = set(re.findall(r"\b((?:release/)?(?:metrics|measurements)/[\w./-]+?\.(?:json|csv))", claims))
    assert named
    assert sorted(file for file in named if not covered(file, STAGES["claims"]["deps"])) == []
