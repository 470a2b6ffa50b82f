"""The parts of a report: hot spots, unfamiliar pictures, the doctor, and models judged on labelled folders."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter
from typer.testing import CliRunner

from ki67.base.errors import InputError
from ki67.cells.cells import POSITIVE, Cells, write_csv
from ki67.cells.metrics import Counts
from ki67.cli.main import app
from ki67.engine import remembered
from ki67.engine.model import load_model
from ki67.pictures.domain import DENSITY, familiar_ranges, mean_appearance
from ki67.pictures.drawing import overlay
from ki67.pictures.regions import view_size
from ki67.score.appearance import UNMIXING, FieldAppearance, measure_field, nuclear_radius, unfamiliar
from ki67.score.command import precision_of
from ki67.score.doctor import Measured, fastest
from ki67.score.evaluate import cells_by_name, evaluate_folder
from ki67.score.hotspot import hot_spot
from ki67.score.same_cells import Likeness
from ki67.simulate import render_field
from ki67.weights import NETWORK, fields

RNG = np.random.default_rng(1)


def test_a_hot_spot_is_where_positive_cells_lie_together() -> None:
    cold = Cells.of_points(RNG.uniform(0, 4000, (3000, 2)), np.where(RNG.random(3000) < 0.1, 1, 2), "image")
    hot = Cells.of_points(RNG.uniform(1000, 1400, (600, 2)), np.where(RNG.random(600) < 0.8, 1, 2), "image")
    assert 0.08 <= hot_spot(cold).index <= 0.2
    assert hot_spot(Cells.concatenate([cold, hot])).index == pytest.approx(0.8, abs=0.06)


def test_lymphocytes_are_no_part_of_a_hot_spot_and_few_cells_have_none() -> None:
    tumour = Cells.of_points(RNG.uniform(0, 100, (501, 2)), [2] * 501, "image")
    til = Cells.of_points(RNG.uniform(0, 100, (900, 2)), [3] * 900, "image")
    assert hot_spot(Cells.concatenate([tumour, til])).index == 0.0
    assert hot_spot(til) is None
    assert hot_spot(tumour.where(np.arange(501) < 500)) is None


def test_shipped_fields_are_familiar_to_the_shipped_network() -> None:
    ranges, pairs = load_model(NETWORK).familiar, zip(fields().images, fields().cells, strict=True)
    warnings = [unfamiliar(measure_field(image, cells), ranges) for image, cells in pairs]
    assert sum(bool(each) for each in warnings) <= 2


def eosin(picture: Image.Image) -> Image.Image:
    """The same tissue with pink in place of brown."""
    amounts = DENSITY[np.asarray(picture)] @ UNMIXING
    density = np.maximum(amounts, 0) @ np.array([[0.65, 0.70, 0.29], [0.09, 0.95, 0.28]])
    return Image.fromarray((255 * 10.0**-density).astype(np.uint8))


CHANGES = {
    "blurred": lambda picture: picture.filter(ImageFilter.GaussianBlur(4)),
    "sharper": lambda picture: picture.resize((80, 80), Image.Resampling.BOX),
    "other colours": eosin,
    "hardly any tissue": lambda picture: Image.new("RGB", picture.size, (240, 240, 240)),
}


@pytest.mark.parametrize("why", CHANGES)
def test_what_the_network_was_not_made_for_is_warned_of(why: str) -> None:
    ranges, shown = load_model(NETWORK).familiar, fields()
    changed = [np.asarray(CHANGES[why](Image.fromarray(image))) for image in shown.images]
    warnings = [unfamiliar(measure_field(image, Cells.empty("network")), ranges) for image in changed]
    assert sum(any(why in text for text in each) for each in warnings) >= 0.6 * len(shown)


def test_a_nucleus_is_as_large_as_it_was_drawn() -> None:
    y, x = np.mgrid[:60, :60]
    for radius in (3, 6):
        grey = (np.hypot(x - 30, y - 30) < radius + 0.5).astype(np.float32)
        assert nuclear_radius(grey, Cells.of_points([[30, 30]], [1], "network")) == pytest.approx(radius + 0.5, abs=0.6)
    assert math.isnan(nuclear_radius(grey, Cells.of_points([[1, 1]], [1], "network")))


def test_windows_are_weighed_by_their_tissue() -> None:
    much = FieldAppearance(0.3, 1.0, 1.0, 0.4, 0.5, 5.0)
    little = FieldAppearance(0.1, 2.0, 1.0, 0.4, 0.5, math.nan)
    both = mean_appearance([much, little])
    assert (both.tissue, both.haematoxylin, both.nucleus) == pytest.approx((0.2, 1.25, 5.0))
    assert familiar_ranges([much, little])["dab"] == (1.0, 1.0)


def test_a_view_has_no_side_longer_than_asked_for() -> None:
    assert view_size(1228, 614, 1600) == (1228, 614)
    assert view_size(20_000, 5_000, 1600) == (1600, 400)


def test_rings_are_drawn_round_their_cells() -> None:
    picture = np.full((60, 60, 3), 128, np.uint8)
    drawn = np.asarray(overlay(picture, Cells.of_points([[30, 20]], [1], "view"), 0.6))
    rows, columns = np.nonzero((drawn != 128).any(axis=2))
    assert (rows.mean(), columns.mean()) == pytest.approx((20, 30), abs=0.5)
    assert (drawn[20, 30] == 128).all()


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(remembered.typer, "get_app_dir", lambda name: str(tmp_path / name))
    return tmp_path / "ki67/doctor.json"


def test_the_doctor_measures_and_remembers(memory: Path) -> None:
    done = CliRunner().invoke(app, ["doctor"])
    assert done.exit_code == 0, done.output
    said = done.output.splitlines()
    best = next(line for line in said if line.startswith("ki67 score will use")).split()[4]
    assert precision_of("auto", load_model(NETWORK)) == best
    assert any("float32" in line and "same cells" in line for line in said)
    assert any("int8" in line and "F1 0." in line and "between both" in line for line in said)
    assert list(json.loads(memory.read_text()).values()) == [best]


def test_where_nobody_measured_numbers_are_exact(memory: Path) -> None:
    assert precision_of("auto", load_model(NETWORK)) == "float32"
    memory.parent.mkdir()
    memory.write_text("damaged")
    assert precision_of("auto", load_model(NETWORK)) == "float32"


def test_a_precision_that_finds_other_cells_is_not_taken_however_fast() -> None:
    same, other = (Likeness("as they are", POSITIVE, Counts(hits, 0, 1000 - hits)) for hits in (990, 900))
    slow, quick, lossy = Measured(40.0, (0.9,), same), Measured(10.0, (0.9,), same), Measured(5.0, (0.9,), other)
    assert fastest({"float32": slow, "bfloat16": quick, "int8": lossy}) == "bfloat16"
    assert fastest({"float32": slow, "bfloat16": lossy, "int8": lossy}) == "float32"


@pytest.fixture(scope="module")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("labelled")
    for patient in (1, 2):
        field = render_field(6, patient, 1)
        Image.fromarray(field.image).save(folder / f"p{patient}_1_1.jpg", quality=92)
        field.cells.to_shidc_json(folder / f"p{patient}_1_1.json")
    return folder


def test_a_model_is_judged_on_a_labelled_folder(labelled: Path, tmp_path: Path, memory: Path) -> None:
    lines = evaluate_folder(labelled, None, None, "float32", tmp_path / "figures.json")
    assert lines[-2].startswith("intervals: of 2 labelled indices the printed ones hold ")
    assert lines[0].startswith("2 pictures of 2 patients")
    figures = json.loads((tmp_path / "figures.json").read_text())
    assert 0.6 < figures["strict R=6"]["positive"]["value"] <= 1
    assert figures["strict R=6"]["positive"]["value"] <= figures["published R=20"]["positive"]["value"]


def test_labels_may_be_one_table(labelled: Path, tmp_path: Path) -> None:
    names = [path.stem for path in sorted(labelled.glob("*.jpg"))]
    for name in names:
        (tmp_path / f"{name}.jpg").write_bytes((labelled / f"{name}.jpg").read_bytes())
    write_csv(tmp_path / "cells.csv", {n: Cells.from_shidc_json(labelled / f"{n}.json", 1228, 1228) for n in names})
    assert (
        evaluate_folder(tmp_path, None, None, "float32", None)[1:] == evaluate_folder(labelled, None, None, "float32", None)[1:]
    )
    write_csv(tmp_path / "cells.csv", {"missing": Cells.of_points([[1, 1]], [1], "image")})
    with pytest.raises(InputError, match="names 'missing', which is not there"):
        evaluate_folder(tmp_path, None, None, "float32", None)


def test_names_in_a_table_of_labels_are_read_as_they_are_written_and_as_they_are(tmp_path: Path) -> None:
    one, other = (Cells.of_points([[1, place]], [1], "image") for place in (1, 2))
    write_csv(tmp_path / "cells.csv", {"'=a": one, "-b": other, "''c": other, "'d": one})
    assert list(cells_by_name(tmp_path / "cells.csv")) == ["=a", "-b", "'c", "'d"]
    write_csv(tmp_path / "cells.csv", {"'=a": one, "=a": other})
    with pytest.raises(InputError, match="names '=a' with and without an apostrophe before it; write it one way"):
        cells_by_name(tmp_path / "cells.csv")


def test_the_commands_say_what_they_found(labelled: Path, tmp_path: Path, memory: Path) -> None:
    def said(*arguments: str) -> str:
        done = CliRunner().invoke(app, list(arguments))
        assert done.exit_code == 0, done.output
        return done.output

    for precision in ("float32", "int8"):
        said("score", str(labelled), "--out", str(tmp_path / precision), "--precision", precision)
    tables = [str(tmp_path / precision / "scores.csv") for precision in ("float32", "int8")]
    assert "2 pictures in both\nICC(2,1) " in said("agree", *tables)
    assert "strict R=6: positive 0." in said("evaluate", str(labelled), "--precision", "int8")
