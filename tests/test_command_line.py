"""The command line as a whole: three groups, one line for each misuse, and fixed answers that are refused with their list."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest
from made_slides import write_bcs1
from typer.testing import CliRunner

from ki67.cli.main import GROUPS, app, main
from ki67.compression.files import CODEBOOKS
from ki67.data.use import DATASETS
from ki67.engine.names import PRECISIONS
from ki67.engine.precision import MAKING
from ki67.models.store import BACKENDS
from ki67.quantize.quantizers import QUANTIZERS
from ki67.settings.names import DatasetName, QuantizerName, ReleasePart, Scope
from ki67.settings.networks import BackendName


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """The exit code, and what is said on the error stream."""
    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit) as ended:
        patch.setattr(sys, "argv", ["ki67", *arguments])
        main()
    return int(ended.value.code or 0), capsys.readouterr().err


@pytest.mark.parametrize("drawn", ["1", "0"], ids=["with rich", "without"])
def test_help_shows_every_command_in_its_group(drawn: str) -> None:
    command = [sys.executable, "-c", "from ki67.cli.main import main; main()"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ | {"TYPER_USE_RICH": drawn}).stdout
    places = [shown.index(title) for title in ("Use it", "The study", "Measure")]
    assert places == sorted(places)
    names = [name for commands in GROUPS.values() for name in commands]
    first_column = re.findall(r"^[│ ] (\S+)  ", shown, re.MULTILINE)
    assert [word for word in first_column if word in names] == names


@pytest.mark.parametrize(
    ("arguments", "name", "there_are"),
    [
        (["score", "x", "--out", "y", "--precision", "flaot32"], "--precision", ("auto", *PRECISIONS)),
        (["evaluate", "x", "--precision", "half"], "--precision", ("auto", *PRECISIONS)),
        (["train", "x", "--out", "y", "--backend", "fcrn"], "--backend", get_args(BackendName)),
        (["compress", "x", "--out", "y", "--quantizer", "csw"], "--quantizer", QUANTIZERS),
        (["compress", "x", "--out", "y", "--codebook", "layers"], "--codebook", CODEBOOKS),
        (["data", "use", "x", "--as", "shdic"], "--as", DATASETS),
        (["profile", "relase"], "name", ("smoke", "default", "paper", "release")),
        (["release", "backend"], "part", get_args(ReleasePart)),
    ],
)
def test_a_slip_is_one_line_with_all_the_answers_there_are(capsys, tmp_path, monkeypatch, arguments, name, there_are) -> None:
    monkeypatch.chdir(tmp_path)
    code, said = run(capsys, *arguments)
    assert code == 2
    assert said.startswith(f"ki67: Invalid value for '{name}': ") and said.count("\n") == 1
    assert f"is not one of {', '.join(map(repr, there_are))} (see ki67 " in said
    assert not list(tmp_path.iterdir())


def test_an_unknown_stage_is_one_line_with_the_one_that_was_meant(capsys) -> None:
    code, said = run(capsys, "stage", "trian")
    assert (code, said.count("\n")) == (2, 1)
    assert said == "ki67: no stage 'trian'; did you mean 'train'?\n"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["scor", "x"], "ki67: No such command 'scor'. Did you mean 'score'"),
        (["score"], "ki67: Missing argument 'paths' (see ki67 score --help)"),
        (["profile"], "ki67: Missing argument 'name'. Choose from: smoke, default, paper, release (see ki67 profile --help)"),
        (["score", "x"], "ki67: Missing option '--out' (see ki67 score --help)"),
        (["data"], "ki67: Missing command (see ki67 data --help)"),
        (["fuzz", "--mutations", "0"], "ki67: Invalid value for '--mutations': Input should be greater than or equal to 1"),
        (["agree", "no.csv", "none.csv", "--cut-offs", "x"], "ki67: no.csv: cannot be read as a table"),
    ],
)
def test_every_misuse_is_one_line_that_says_where_help_is(capsys, arguments: list[str], says: str) -> None:
    code, said = run(capsys, *arguments)
    assert code == 2
    assert said.startswith(says) and said.count("\n") == 1


def test_asked_for_nothing_it_shows_its_help(capsys) -> None:
    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit) as ended:
        patch.setattr(sys, "argv", ["ki67"])
        main()
    assert not ended.value.code
    assert "Measure" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments", [["reproduce"], ["book"], ["profile", "smoke"], ["stage", "train"], ["release"], ["release", "backends"]]
)
def test_outside_the_study_it_says_where_to_stand(capsys, tmp_path: Path, monkeypatch, arguments: list[str]) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(capsys, *arguments) == (2, "ki67: params.yaml: missing; run this at the top of the study\n")
    assert not list(tmp_path.iterdir())


def test_a_network_is_not_shipped_without_what_it_was_trained_on(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    refused = CliRunner().invoke(app, ["ship"]).exception
    assert "build/release/frames/train.npz: missing" in str(refused)


def test_the_names_that_the_command_line_knows_are_those_of_what_does_the_work() -> None:
    assert set(get_args(BackendName)) == BACKENDS.keys()
    assert set(get_args(QuantizerName)) == QUANTIZERS.keys()
    assert set(get_args(Scope)) == CODEBOOKS.keys()
    assert set(get_args(DatasetName)) == DATASETS.keys()
    assert set(PRECISIONS) == MAKING.keys()


def test_several_faults_are_a_line_each(capsys, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data.dvc").write_text("outs: []\n")
    root = write_bcs1(tmp_path / "set")
    for name in "ac":
        (root / f"masks/{name}.tif").unlink()
    code, said = run(capsys, "data", "use", "set", "--as", "bcs1")
    assert (code, [line[:24] for line in said.splitlines()]) == (2, ["ki67: set/slides/a.tif: ", "ki67: set/slides/c.tif: "])


WITH_SCALE = (["score", "x"], ["cellularity", "x"], ["train", "x"], ["evaluate", "x"], ["data", "use", "x"])


@pytest.mark.parametrize("command", WITH_SCALE)
@pytest.mark.parametrize("scale", ["0", "-3", "nan", "inf", "-inf", "ten"])
def test_a_scale_that_is_none_is_one_line_in_every_command(capsys, command: list[str], scale: str) -> None:
    code, said = run(capsys, *command, *(["--out", "y"] if command[0] not in ("data", "evaluate") else []), "--mpp", scale)
    assert (code, said.count("\n")) == (2, 1)
    assert "--mpp" in said
