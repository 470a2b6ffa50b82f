"""The packages of the study under the commands: said in one line where they are not installed, and quiet where they are."""

import ast
import errno
import os
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import keras
import pytest
from packaging.requirements import Requirement

import ki67.models  # noqa: F401 — sets threads before TensorFlow starts
from ki67.base.closure import imported_names
from ki67.cli import main as command_line
from ki67.cli.libraries import EXTRA, REMEDIES, remedy

ROOT = Path(__file__).parents[1]
COMMANDS = (
    "train x --out y", "compress m.keras --out m.ki67", "expand m.ki67 --out m.keras", "bench", "bench-score", "bench-coders",
    "bench-client", "book", "reproduce", "release", "stage split", "data use x", "profile smoke", "real-check", "realism x",
    "fuzz", "agree a.csv b.csv --figure f.png", "ship-cellularity x", "ship-slides x y",
)  # fmt: skip
PLAIN = """
import sys
from ki67.cli import main
from ki67.cli.libraries import OF_STUDY
sys.modules.update(dict.fromkeys(OF_STUDY))
for command in sys.argv[1:]:
    sys.argv = ["ki67", *command.split()]
    try:
        main.main()
    except SystemExit as ended:
        print(ended.code, file=sys.stderr)
"""
ONE_LINE = f"not installed, and this needs it; {EXTRA}"


def test_what_a_plain_installation_lacks_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "params.yaml").write_text("")
    done = subprocess.run([sys.executable, "-c", PLAIN, *COMMANDS], cwd=tmp_path, capture_output=True, text=True)
    lines = done.stderr.splitlines()
    assert lines[1::2] == ["2"] * len(COMMANDS)
    assert [line for line in lines[::2] if not (line.startswith("ki67: ") and line.endswith(ONE_LINE))] == []


def distributions(requirements: list[str]) -> set[str]:
    return {Requirement(requirement).name.lower() for requirement in requirements}


def test_every_package_that_is_imported_is_installed_plainly_or_has_its_remedy() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    plain, study = distributions(project["dependencies"]), distributions(project["optional-dependencies"]["study"])
    found = packages_distributions()
    trees = [ast.parse(file.read_text()) for file in (ROOT / "ki67").rglob("*.py")]
    names = {name.split(".")[0] for tree in trees for node in ast.walk(tree) for name in imported_names(node)}
    sources = {name: {distribution.lower() for distribution in found.get(name, ())} for name in names}
    assert [name for name, source in sources.items() if source & study and REMEDIES.get(name) != EXTRA] == []
    assert [name for name, source in sources.items() if source & plain and name in REMEDIES] == []


def test_a_missing_module_of_our_own_is_no_matter_of_installing() -> None:
    assert remedy(ModuleNotFoundError(name="ki67.score.nothing")) is None
    assert remedy(ModuleNotFoundError(name="keras.layers")) == f"keras: {ONE_LINE}"


@pytest.mark.parametrize(("failure", "says"), [
    (OSError(errno.ENOSPC, "No space left on device", "out/x.csv"), "ki67: out/x.csv: No space left on device; make room"),
    (PermissionError(errno.EACCES, "Permission denied", "in"), "ki67: in: Permission denied; make room, or name another"),
    (OSError(errno.ENAMETOOLONG, "File name too long", "a\nb"), r"ki67: a\nb: File name too long; make room"),
])  # fmt: skip
def test_an_error_of_the_system_that_names_a_file_is_one_line(failure: OSError, says: str, monkeypatch, capsys) -> None:
    def failing(*_: object, **__: object) -> None:
        raise failure

    monkeypatch.setattr(command_line, "app", failing)
    with pytest.raises(SystemExit, match="2"):
        command_line.main()
    said = capsys.readouterr().err
    assert said.startswith(says) and said.count("\n") == 1


def test_tensorflow_starts_without_a_word(tmp_path: Path) -> None:
    pixels = keras.Input((4,))
    keras.Model(pixels, keras.layers.Dense(3)(pixels)).save(tmp_path / "m.keras")
    ki67 = [sys.executable, "-c", "from ki67.cli.main import main; main()"]
    command = [*ki67, "compress", "m.keras", "--out", "m.ki67", "--k", "4"]
    told = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "0"}
    done = subprocess.run(command, cwd=tmp_path, env=told, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("m.ki67: 12 weights share 4 values;")
