"""The plain papermill command: it refuses before a kernel starts, and what it writes is the same twice."""

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import yaml
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from ki67.base.errors import InputError
from ki67.study.notebooks import titled
from ki67.study.wiring import refuse_out_of_turn

ROOT = Path(__file__).parents[1]

PAPERMILL = [sys.executable, "-m", "papermill", "--no-progress-bar"]
PIPELINE = """
stages:
  simulate: {outs: ["generated/${kind}"]}
  split: {deps: [data], outs: [frames/train.npz, {metrics/splits.csv: {cache: false}}]}
  train: {matrix: {seed: [1]}, deps: [frames/train.npz, "models/${item.seed}"]}
  tune: {do: {deps: [generated, weights]}}
"""


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    cells = [
        new_markdown_cell("# A split: {kind}"),
        new_code_cell("kind = 'by_patient'\nout = '.'", metadata={"tags": ["parameters"]}),
        new_code_cell("import sys; print(kind); print('a progress bar', file=sys.stderr)"),
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path = tmp_path / "split.ipynb"
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel, "ki67": {"stage": "split"}}), path)
    (tmp_path / "dvc.yaml").write_text(PIPELINE)
    (tmp_path / "data").mkdir()
    return path


def run(notebook: Path, *parameters: str) -> subprocess.CompletedProcess[str]:
    command = [*PAPERMILL, str(notebook), str(notebook.with_name("out.ipynb")), *parameters]
    return subprocess.run(command, capture_output=True, text=True, cwd=notebook.parent)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("kinds", "published", "split has no setting 'kinds'; did you mean 'kind'?"),
        ("kind", "by_image", "split.kind = 'by_image'"),
        ("kind", "7", "split.kind = 7"),
    ],
)
def test_a_wrong_parameter_is_refused_in_one_line_and_nothing_is_written(notebook: Path, name, value, says) -> None:
    done = run(notebook, "-p", name, value)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert not notebook.with_name("out.ipynb").exists()


@pytest.mark.parametrize(
    ("absent", "stage", "says"),
    [
        ("data", "split", "data: not there yet; run `dvc repro data.dvc` first"),
        ("frames/train.npz", "train", "frames/train.npz: not there yet; run `dvc repro split` first"),
        ("generated", "tune", "generated: not there yet; run `dvc repro simulate` first"),
    ],
)
def test_a_stage_out_of_its_turn_says_which_comes_first(notebook: Path, monkeypatch, absent, stage, says) -> None:
    monkeypatch.chdir(notebook.parent)
    if absent == "data":
        Path("data").rmdir()
    with pytest.raises(InputError, match=says):
        refuse_out_of_turn(stage)
    for needed in (absent, "weights"):
        Path(needed).mkdir(parents=True, exist_ok=True)
    refuse_out_of_turn(stage)


def test_a_notebook_away_from_the_study_is_refused(notebook: Path) -> None:
    (notebook.parent / "dvc.yaml").unlink()
    done = run(notebook)
    assert (done.returncode, done.stderr.count("run this at the top of the study")) == (2, 1)
    assert "Traceback" not in done.stderr


def test_two_runs_write_the_same_bytes_without_progress_bars_and_times(notebook: Path) -> None:
    written = []
    for _ in range(2):
        assert run(notebook, "-p", "kind", "published").returncode == 0
        written.append(notebook.with_name("out.ipynb").read_bytes())
    assert written[0] == written[1]
    executed = nbformat.reads(written[0].decode(), as_version=4)
    outputs = [output for cell in executed.cells for output in cell.get("outputs", [])]
    assert [output["text"] for output in outputs] == ["published\n"]
    assert executed.cells[0].source == "# A split: published"


def test_a_heading_says_the_settings_that_it_names() -> None:
    said = new_notebook(cells=[new_markdown_cell("# A network: {names}, k = {k}\n\nDone: as {published}.")])
    assert titled(said, {"names": ["unet"], "k": 4}).cells[0].source == "# A network: unet, k = 4\n\nDone: as {published}."
    code = new_notebook(cells=[new_code_cell("{names}")])
    assert titled(code, {"names": ["unet"]}).cells[0].source == "{names}"


def test_every_notebook_has_a_title_of_its_own_and_what_runs_in_parts_one_for_each() -> None:
    stages = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]
    titles = {stage: nbformat.read(ROOT / f"notebooks/{stage}.ipynb", 4).cells[0].source.split("\n")[0] for stage in stages}
    assert len(set(titles.values())) == len(titles)
    parts = [
        (stage, part.removeprefix(f"${{{stage}.").rstrip("}"))
        for stage, keys in stages.items()
        for part in keys.get("matrix", {}).values()
    ]
    assert parts
    assert [stage for stage, setting in parts if f"{{{setting}}}" not in titles[stage]] == []


def test_a_notebook_of_somebody_else_runs_as_ever(notebook: Path) -> None:
    stranger = nbformat.read(notebook, as_version=4)
    del stranger.metadata["ki67"]
    nbformat.write(stranger, notebook)
    assert run(notebook, "-p", "kind", "7").returncode == 0
