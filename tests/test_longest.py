"""What is kept of the longest run: the results of its stages and where they come from, and nothing of other stages."""

import subprocess
from pathlib import Path
from typing import get_args

import pytest

from ki67.base.tables import read_json, write_json
from ki67.settings.names import ReleasePart
from ki67.study import release as longest
from ki67.study.costs import Cost, write_cost

ROOT = Path(__file__).parents[1]
PIPELINE = """
stages:
  other:
    outs: [metrics/other.json]
  backends:
    outs:
      - models/backends/${item.name}
      - metrics/backends/${item.name}.json: {cache: false}
      - metrics/folders/${item.name}: {cache: false}
      - measurements/backends-${item.name}.json: {cache: false}
  backends_compared:
    outs:
      - figures/backends.png: {cache: false}
      - book/executed/backends_compared.ipynb: {cache: false}
"""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    folder = tmp_path / "clone"
    names = (
        "metrics/other.json", "metrics/backends/a.json", "metrics/backends/b.json", "metrics/folders/a/curve.csv",
        "figures/backends.png", "models/backends/a", "book/executed/backends_compared.ipynb",
    )  # fmt: skip
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    for name, seconds in {"a": 60.0, "b": 30.0}.items():
        write_cost(Cost(seconds, seconds, 500, 2, resumed=name == "b"), f"backends-{name}", folder)
    (folder / "dvc.yaml").write_text(PIPELINE)
    (folder / "params.yaml").write_text((ROOT / "params.yaml").read_text())
    git = ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@b"]
    for command in (["init", "-q"], ["add", "dvc.yaml"], ["commit", "-qm", "start"]):
        subprocess.run([*git, *command], check=True)
    return folder


def test_a_part_keeps_what_its_stages_wrote_and_no_more(clone: Path, tmp_path: Path) -> None:
    kept = tmp_path / "release"
    write_json({"old": 1}, kept / "metrics/detection.json")
    longest.keep("backends", clone, kept)
    found = {path.relative_to(kept).as_posix() for path in kept.rglob("*") if path.is_file()}
    assert found == {
        "metrics/detection.json", "metrics/backends/a.json", "metrics/backends/b.json", "metrics/folders/a/curve.csv",
        "figures/backends.png", "measurements/backends-a.json", "measurements/backends-b.json", "provenance_backends.json",
    }  # fmt: skip


def test_its_provenance_names_settings_time_and_what_was_cut_off(clone: Path, tmp_path: Path) -> None:
    longest.keep("backends", clone, tmp_path / "release")
    provenance = read_json(tmp_path / "release/provenance_backends.json")
    assert set(provenance["parameters"]) == {"backends", "backends_compared"}
    assert (provenance["wall_s"], provenance["resumed"]) == (90, ["backends-b"])
    head = ["git", "-C", str(clone), "rev-parse", "--short", "HEAD"]
    assert provenance["commit"] == subprocess.run(head, capture_output=True, text=True, check=True).stdout.strip()


def test_every_part_is_made_of_stages_of_the_study() -> None:
    for stages in longest.PARTS.values():
        assert list(longest.results_of(stages, ROOT))


def test_the_parts_are_those_that_the_command_line_offers() -> None:
    assert longest.PARTS.keys() == set(get_args(ReleasePart))
