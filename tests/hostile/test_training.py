"""What is asked of `ki67 train`, and where it may write: all of it is said before anything is trained."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from attempts import Arrange, Attempt, Case, Ended
from fields_made import write_field

SUBJECT = "training on a folder"


def patients(folder: Path, number: int = 6) -> None:
    """Labelled fields of so many patients."""
    for patient in range(1, number + 1):
        path = write_field(folder / f"in/p{patient}_0001_1.jpg", seed=patient)
        path.with_suffix(".json").write_text(json.dumps([{"x": 30, "y": 40, "label_id": 1}, {"x": 90, "y": 70, "label_id": 2}]))


def asked(*options: str, out: str = "out", then: Callable[[Path], object] = lambda folder: None) -> Arrange:
    """Six patients, what happens to their folder, and what is asked."""

    def arrange(folder: Path) -> list[str]:
        patients(folder)
        then(folder)
        return ["train", "in", "--out", out, "--epochs", "1", *options]

    return arrange


def theirs(name: str, text: str = "mine") -> Callable[[Path], object]:
    """A file of the user's."""

    def write(folder: Path) -> None:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)

    return write


def of_few(folder: Path) -> list[str]:
    patients(folder, 1)
    return ["train", "in", "--out", "out"]


def nothing_there(folder: Path) -> list[str]:
    return ["train", "in", "--out", "out"]


def a_wider_one(folder: Path) -> None:
    from PIL import Image

    path = folder / "in/p2_0001_1.jpg"
    with Image.open(path) as picture:
        picture.resize((512, 512)).save(path, dpi=(39_077, 39_077))


def unlabelled(folder: Path) -> None:
    (folder / "in/p2_0001_1.json").unlink()


def nothing(folder: Path) -> None:
    """As it was."""


def all_but_one(folder: Path) -> None:
    for path in (folder / "in").glob("p[2-6]*"):
        path.unlink()


def without_cells(folder: Path) -> None:
    for path in (folder / "in").glob("*.json"):
        path.write_text("[]")


def a_tiny_one(folder: Path) -> None:
    from PIL import Image

    path = folder / "in/p2_0001_1.jpg"
    with Image.open(path) as picture:
        picture.crop((0, 0, 64, 64)).save(path, dpi=(39_077, 39_077))


def a_damaged_one(folder: Path) -> None:
    path = folder / "in/p2_0001_1.jpg"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def going_on(*options: str, then: Callable[[Path], object]) -> Arrange:
    """What is asked of the shipped network."""
    return asked("--start", "shipped", *options, then=then)


def refused(name: str, arrange: Arrange, says: str) -> Case:
    return Case(SUBJECT, name, arrange, Ended.REFUSED, says)


CASES = [
    *(refused(f"{option} {value}", asked(option, value), f"'{option}'")
      for option, values in (("--mpp", ("0", "-3", "nan", "-inf", "wide", "")), ("--epochs", ("0", "-1", "1.5", "nan")),
                             ("--learning-rate", ("inf", "nan", "1e9", "fast")), ("--backend", ("unet++", "")))
      for value in values),
    *(refused(f"--mpp {value}", asked("--mpp", value), "no scale") for value in ("inf", "1e9")),
    *(refused(f"--learning-rate {value}", asked("--learning-rate", value), "learning_rate")
      for value in ("0", "-1", "-inf")),
    refused("a folder that is not there", nothing_there, "in: no such folder"),
    refused("a single patient", of_few, "five at least are needed"),
    refused("a picture that shows more tissue", asked(then=a_wider_one), "p2_0001_1.jpg: shows 333 µm of tissue"),
    refused("a picture without labels", asked(then=unlabelled), "p2_0001_1"),
    refused("out: a finished model", asked(then=theirs("out/model.json")), "holds a finished model already"),
    *(refused(f"out: a user's {name}", asked(then=theirs(f"out/{name}")), f"out/{name}: there already")
      for name in ("curve.csv", "weights.safetensors", "network.json")),
    refused("out: a file", asked(then=theirs("mine"), out="mine"), "mine: cannot be made a folder"),
    refused("out: below a file", asked(then=theirs("in/mine"), out="in/mine/out"), "in/mine"),
    refused("start: a folder that is not there", asked("--start", "none"), "none: cannot be read"),
    refused("start: a file", asked("--start", "in/p1_0001_1.jpg"), "in/p1_0001_1.jpg"),
    refused("start: no model", asked("--start", "m", then=theirs("m/model.json", "{}")), "not a model description"),
    *(refused(f"start shipped: {name}", going_on(*options, then=then), says) for name, options, then, says in (
        ("another network", ("--backend", "unet"), nothing, "the model to start from is contextnet"),
        ("a finished model", (), theirs("out/model.json"), "holds a finished model already"),
        ("a user's table", (), theirs("out/cross_validation.csv"), "out/cross_validation.csv: there already"),
        ("a picture without labels", (), unlabelled, "p2_0001_1"),
        ("labels that are no list", (), theirs("in/p2_0001_1.json", "{}"), "p2_0001_1.json"),
        ("a single picture", (), all_but_one, "in: a single picture"),
        ("no cell labelled", (), without_cells, "not one cell is labelled"),
        ("a picture of a few nuclei", (), a_tiny_one, "p2_0001_1.jpg: 64×64"),
        ("a picture that is cut off", (), a_damaged_one, "p2_0001_1.jpg"),
    )),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_training(case: Case, attempt: Attempt) -> None:
    outcome = attempt(case)
    assert outcome.new == []
