"""Fine-tuning that never harms: what helps is taken, what does not leaves the start as it was, and either is said."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from stained_dots import UM_PER_PX, field, write_fields, write_start

from ki67.base.errors import InputError
from ki67.engine.model import load_model
from ki67.finetune.command import TABLE, fine_tune_on_folder
from ki67.models.own_data import UNFINISHED
from ki67.pictures.header import header
from ki67.score.scorer import CellScorer

QUICK = {"epochs": 2, "simulated": 1, "crops_per_frame": 8, "learning_rate": 0.01}


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_start(tmp_path_factory.mktemp("start") / "dots.ki67")


def fine_tuned(folder: Path, out: Path, start: Path, **changes: object) -> list[str]:
    return fine_tune_on_folder(folder, out, start, UM_PER_PX, QUICK | changes, None)


@dataclass(frozen=True)
class Ran:
    """A laboratory with a paler stain: its pictures, the model that came of them, and what was said."""

    pictures: Path
    model: Path
    said: list[str]


@pytest.fixture(scope="module")
def pale(start: Path, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    folder = tmp_path_factory.mktemp("pale")
    write_fields(folder / "in", 3, strength=0.45)
    return Ran(folder / "in", folder / "out", fine_tuned(folder / "in", folder / "out", start))


def found_in(model: Path, picture: Path) -> int:
    with CellScorer(load_model(model), "float32", UM_PER_PX) as scorer:
        return len(scorer.cells(header(picture)))


def test_a_laboratory_with_a_paler_stain_gains_and_is_told_how_much(pale: Ran, start: Path, tmp_path: Path) -> None:
    assert pale.said[-1].startswith("labelling bought +") and "on 3 pictures, the interval over 3 patients" in pale.said[-1]
    assert not (pale.model / UNFINISHED).exists()
    pixels, labels = field(7, strength=0.45)
    Image.fromarray(pixels).save(tmp_path / "new.png")
    assert found_in(pale.model, tmp_path / "new.png") > 0.8 * len(labels) > found_in(start, tmp_path / "new.png")


def test_the_table_tells_every_picture_before_and_after(pale: Ran) -> None:
    rows = (pale.model / TABLE).read_text().splitlines()
    assert rows[0] == "image,patient,network,class,tp,fp,fn" and len(rows) == 1 + 3 * 2 * 3
    assert "3 folds by patient" in pale.said[1]


def test_what_was_written_is_a_start_again(pale: Ran, tmp_path: Path) -> None:
    assert fine_tuned(pale.pictures, tmp_path / "twice", pale.model)[-1].startswith("the start is kept")


def test_a_run_that_was_killed_goes_on_and_writes_the_same(pale: Ran, start: Path, tmp_path: Path) -> None:
    code = "import sys; from pathlib import Path; import test_finetune; test_finetune.fine_tuned(*map(Path, sys.argv[1:]))"
    command = [sys.executable, "-c", code, pale.pictures, tmp_path, start]
    running = subprocess.Popen(command, stderr=subprocess.DEVNULL, env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)})
    while not (kept := list(tmp_path.rglob("held_out_*.npy"))) and running.poll() is None:
        time.sleep(0.05)
    running.kill()
    running.wait()
    assert kept and not (tmp_path / "model.json").exists()
    fine_tuned(pale.pictures, tmp_path, start)
    for name in ("model.json", "weights.safetensors", TABLE):
        assert (tmp_path / name).read_bytes() == (pale.model / name).read_bytes()


def test_labels_that_mean_nothing_leave_the_start_as_it_was(start: Path, tmp_path: Path) -> None:
    write_fields(tmp_path / "mine", 4)
    rng = np.random.default_rng(1)
    for path in (tmp_path / "mine").glob("*.json"):
        labels = json.loads(path.read_text())
        path.write_text(
            json.dumps([{"x": int(x), "y": int(y), "label_id": 1} for x, y in rng.integers(0, 256, (len(labels), 2))])
        )
    said = fine_tuned(tmp_path / "mine", tmp_path / "out", start)
    assert "the start as it was" in said[0] and said[-1].startswith("the start is kept: labelling bought ")
    kept, before = load_model(tmp_path / "out"), load_model(start)
    assert kept.description == before.description
    assert np.allclose(kept.weight("maps/kernel"), before.weight("maps/kernel") * 255 * np.array([1, 1, 0.5]), rtol=1e-5)


def test_labels_with_which_the_start_agrees_leave_it_as_it_was(start: Path, tmp_path: Path) -> None:
    write_fields(tmp_path / "mine", 4)
    assert fine_tuned(tmp_path / "mine", tmp_path / "out", start)[-1].startswith("the start is kept: labelling bought +.00 ")


def test_one_patient_s_pictures_are_held_out_one_by_one_and_that_is_said(start: Path, tmp_path: Path) -> None:
    write_fields(tmp_path / "mine", 1, each=3)
    said = fine_tuned(tmp_path / "mine", tmp_path / "out", start)
    assert "3 folds by picture, as all are of patient p1" in said[1]
    assert "the interval over 3 pictures" in said[-1]


def test_pictures_of_another_size_are_seen_at_the_network_s_scale(start: Path, tmp_path: Path) -> None:
    """Twice as many pixels of half the width: the start finds all of them there too, so labels buy nothing."""
    write_fields(tmp_path / "mine", 2)
    for path in (tmp_path / "mine").glob("*.png"):
        with Image.open(path) as picture:
            larger = picture.resize((512, 512), Image.Resampling.NEAREST)
        larger.save(path)
        labels = json.loads(path.with_suffix(".json").read_text())
        path.with_suffix(".json").write_text(json.dumps([cell | {"x": 2 * cell["x"], "y": 2 * cell["y"]} for cell in labels]))
    said = fine_tune_on_folder(tmp_path / "mine", tmp_path / "out", start, UM_PER_PX / 2, QUICK, None)
    assert said[-1].startswith("the start is kept: labelling bought +.00 ")


def test_pictures_without_a_label_are_refused_before_anything_is_written(start: Path, tmp_path: Path) -> None:
    write_fields(tmp_path / "mine", 2)
    for path in (tmp_path / "mine").glob("*.json"):
        path.write_text("[]")
    with pytest.raises(InputError, match="not one cell is labelled in its 2 pictures"):
        fine_tuned(tmp_path / "mine", tmp_path / "out", start)
    assert not (tmp_path / "out").exists()
