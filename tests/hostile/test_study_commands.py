"""The study's commands away from its folder, with settings that are none, and with names that are nearly right."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from attempts import Arrange, Attempt, Case, Ended

AWAY, SETTINGS = "commands away from the study", "settings of the study"
ROOT = Path(__file__).parents[2]
STAGE = ["stage", "claims"]


def away(*arguments: str) -> Arrange:
    """In an empty folder."""
    return lambda folder: arguments


def settings(content: bytes | str, arguments: list[str] = STAGE) -> Arrange:
    """Beside another params.yaml."""

    def arrange(folder: Path) -> list[str]:
        (folder / "params.yaml").write_bytes(content if isinstance(content, bytes) else content.encode())
        return arguments

    return arrange


def changed(change: Callable[[str], str], arguments: list[str] = STAGE) -> Arrange:
    """Beside the shipped params.yaml with a change."""
    return settings(change((ROOT / "params.yaml").read_text()), arguments)


def in_a_clone(*arguments: str) -> Arrange:
    """In a clone in which nothing has run."""

    def arrange(folder: Path) -> Sequence[str]:
        for name in ("params.yaml", "dvc.yaml", "data.dvc"):
            shutil.copy(ROOT / name, folder / name)
        for name in ("notebooks", "ki67"):
            (folder / name).symlink_to(ROOT / name)
        return arguments

    return arrange


CASES = [
    *(Case(AWAY, " ".join(arguments), away(*arguments), Ended.REFUSED, "run this at the top of the study")
      for arguments in (
          ("stage", "train"), ("reproduce",), ("book",), ("release",), ("release", "backends"), ("data", "use", "."),
      )),
    Case(AWAY, "a profile", away("profile", "smoke"), Ended.REFUSED, "params.yaml"),
    Case(AWAY, "a stage that is none", away("stage", "trian"), Ended.REFUSED, "did you mean 'train'?"),
    *(Case(AWAY, f"the stage {stage} before any other", in_a_clone("stage", stage), Ended.REFUSED,
            f"run `dvc repro {first}` first")
      for stage, first in (("tune", "train"), ("evaluate", "classical"), ("split", "data.dvc"), ("energy", "tune"))),
    Case(SETTINGS, "empty", settings(""), Ended.REFUSED, "params.yaml: "),
    Case(SETTINGS, "binary", settings(b"\x00\xff\xfe\x01"), Ended.REFUSED, "cannot be read as text"),
    Case(SETTINGS, "Latin-1", settings("# für\n".encode("latin-1")), Ended.REFUSED, "cannot be read as text"),
    Case(SETTINGS, "a control character", settings("profile: \x07"), Ended.REFUSED, "not YAML"),
    Case(SETTINGS, "a list", settings("- train\n"), Ended.REFUSED, "not settings by section"),
    Case(SETTINGS, "a word", settings("train"), Ended.REFUSED, "not settings by section"),
    Case(SETTINGS, "a section that is a list", changed(lambda text: text + "\nclaims: [1]\n"), Ended.REFUSED, "claims"),
    Case(SETTINGS, "a section twice", changed(lambda text: text + "\nevaluate: {seed: 1}\n"), Ended.REFUSED,
         "evaluate comes twice"),
    Case(SETTINGS, "a setting twice", changed(lambda text: text.replace("resamples: 2000", "resamples: 1\n  resamples: 2", 1)),
         Ended.REFUSED, "resamples comes twice"),
    Case(SETTINGS, "a section misspelt", changed(lambda text: text.replace("\nevaluate:", "\nevalaute:")),
         Ended.REFUSED, "'evalaute'"),
    Case(SETTINGS, "a tag that would run code", changed(lambda text: text + "\nx: !!python/object/apply:os.system [true]\n"),
         Ended.REFUSED, "not YAML"),
    Case(SETTINGS, "too deep", settings("[" * 20_000), Ended.REFUSED, "params.yaml: "),
    *(Case(SETTINGS, f"--set {text}",
            in_a_clone("stage", "simulate", "--set", text), Ended.REFUSED, says)
      for text, says in (
          ("seed", "no value"), ("seed=[", "not YAML"),
          ("patiens=1", "did you mean 'patients'?"), ("test_seed=x", "test_seed = 'x'"),
      )),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_study_commands(case: Case, attempt: Attempt) -> None:
    outcome = attempt(case)
    assert [name for name in outcome.new if not name.startswith(".ki67/")] == []
