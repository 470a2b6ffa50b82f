"""Simulated tissue: reproducible, labelled truly, and as varied as a cohort of patients."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ki67.base.errors import InputError
from ki67.cells.cells import NEGATIVE, POSITIVE, Cells
from ki67.simulate import Cohort, Field, Scene, render_field, write_cohort
from ki67.simulate.noise import relief
from ki67.simulate.optics import Stains, transmitted
from ki67.simulate.patients import draw_patient
from ki67.simulate.realism import measure, optical_density, stain_histograms, unmixed

SCENE = Scene(size=400)
SMALL = Cohort(2, 2, test_patients=1, test_fields_per_patient=1, seed=5, test_seed=6, scene=SCENE)


@pytest.fixture(scope="module")
def fields() -> list[Field]:
    return [render_field(5, patient, 1, Scene(size=700)) for patient in range(1, 9)]


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_the_same_seed_gives_the_same_field_and_another_seed_another() -> None:
    first, again = render_field(5, 1, 1, SCENE), render_field(5, 1, 1, SCENE)
    other = render_field(6, 1, 1, SCENE)
    assert np.array_equal(first.image, again.image) and np.array_equal(first.cells.xy, again.cells.xy)
    assert not np.array_equal(first.image, other.image)


def test_fields_of_one_patient_differ() -> None:
    assert not np.array_equal(render_field(5, 1, 1, SCENE).image, render_field(5, 1, 2, SCENE).image)


def test_a_field_is_a_square_rgb_picture_of_the_size_asked() -> None:
    field = render_field(5, 1, 1, SCENE)
    assert field.image.shape == (400, 400, 3) and field.image.dtype == np.uint8
    assert field.cells.frame == "image"


def test_every_label_lies_inside_the_picture(fields: list[Field]) -> None:
    points = np.concatenate([f.cells.xy for f in fields])
    assert len(points) > 50
    assert points.min() >= 0 and points.max() < 700
    assert np.array_equal(points, np.floor(points))


def dab_at(field: Field, label: int) -> list[float]:
    stains = unmixed(optical_density(field.image))[..., 1]
    inside = [(int(x), int(y)) for x, y in field.cells.of(label).xy if 6 <= x < 694 and 6 <= y < 694]
    return [float(stains[y - 5 : y + 6, x - 5 : x + 6].mean()) for x, y in inside]


def test_positives_are_browner_than_negatives_in_every_field(fields: list[Field]) -> None:
    compared = 0
    for field in fields:
        positive, negative = dab_at(field, POSITIVE), dab_at(field, NEGATIVE)
        if len(positive) >= 3 and len(negative) >= 3:
            compared += 1
            assert np.median(positive) > np.median(negative) + 0.05
    assert compared >= 3


def test_nuclei_are_darker_where_they_are_labelled_than_the_field_is(fields: list[Field]) -> None:
    at_labels, anywhere = [], []
    for field in fields:
        grey = optical_density(field.image).mean(axis=2)
        columns, rows = field.cells.xy.astype(int).T
        at_labels += list(grey[rows, columns])
        anywhere.append(np.median(grey))
    assert np.median(at_labels) > 2 * np.median(anywhere)


def test_spindle_nuclei_are_left_unlabelled_unless_asked_for() -> None:
    more = 0
    for patient in (1, 2, 3):
        usual, with_stroma = (render_field(5, patient, 1, replace(SCENE, label_stroma=every)) for every in (False, True))
        assert np.array_equal(usual.image, with_stroma.image)
        assert {tuple(xy) for xy in usual.cells.xy} <= {tuple(xy) for xy in with_stroma.cells.xy}
        more += len(with_stroma.cells.xy) - len(usual.cells.xy)
    assert more > 10


def test_the_files_do_not_depend_on_the_number_of_workers_nor_on_a_kill(tmp_path: Path) -> None:
    write_cohort(tmp_path / "one", SMALL, workers=1, progress=False)
    write_cohort(tmp_path / "two", SMALL, workers=2, progress=False)
    unbroken = contents(tmp_path / "one")
    assert contents(tmp_path / "two") == unbroken
    assert sorted(unbroken.keys() - {"cohort.json"}) == sorted(
        f"{part}/p{p}_{f:04d}_1.{kind}"
        for part, p, f in (("Train", 1, 1), ("Train", 1, 2), ("Train", 2, 1), ("Train", 2, 2), ("Test", 1001, 1))
        for kind in ("jpg", "json")
    )
    settings = json.loads(unbroken["cohort.json"])
    assert (settings["seed"], settings["test_seed"], settings["um_per_px"]) == (5, 6, 0.135)
    (tmp_path / "one/Train/p1_0002_1.json").unlink()
    (tmp_path / "one/Train/p2_0001_1.jpg").unlink()
    kept = (tmp_path / "one/Train/p1_0001_1.jpg").stat().st_mtime_ns
    write_cohort(tmp_path / "one", SMALL, workers=1, progress=False)
    assert contents(tmp_path / "one") == unbroken
    assert (tmp_path / "one/Train/p1_0001_1.jpg").stat().st_mtime_ns == kept


def test_a_cohort_whose_test_could_be_of_its_training_patients_is_refused() -> None:
    with pytest.raises(InputError, match="seed and test_seed are both 5"):
        replace(SMALL, test_seed=5)
    with pytest.raises(InputError, match="numbered from 1001"):
        replace(SMALL, patients=1001)


def test_the_patients_of_a_cohort_spread_in_index_size_and_stain() -> None:
    for seed, first in ((1, 1), (2, 1), (3021, 1001)):
        patients = [draw_patient(seed, first + number) for number in range(12)]
        index = np.array([p.tissue.index for p in patients])
        assert index.min() < 0.1 and index.max() > 0.6 and index.max() <= 0.9
        assert np.ptp([p.tissue.diameter for p in patients]) > 4
        assert np.ptp([p.stains.haematoxylin[0] for p in patients]) > 0.05
        assert np.ptp([p.camera.white[2] for p in patients]) > 0.05


def test_light_follows_beer_and_lambert() -> None:
    stains = Stains((0.6, 0.7, 0.3), (0.3, 0.6, 0.7), (0.5, 0.5, 0.7))
    concentrations = np.zeros((3, 1, 2), dtype=np.float32)
    concentrations[0, 0, 1], concentrations[1, 0, 1] = 0.5, 1.0
    light = transmitted(concentrations, stains)
    assert np.allclose(light[:, 0, 0], 1.0)
    assert np.allclose(-np.log10(light[:, 0, 1]), 0.5 * np.array(stains.haematoxylin) + np.array(stains.dab), atol=1e-5)


def test_a_relief_has_unit_spread() -> None:
    spread = np.std([relief(6.0, 64, np.random.default_rng(seed)) for seed in range(40)])
    assert 0.85 < spread < 1.15


def drawn(radius: int, darkness: float) -> tuple[np.ndarray, Cells]:
    """White glass with four blue discs of known area and contrast."""
    rows, columns = np.mgrid[:400, :400]
    density = np.zeros((400, 400, 3))
    points = [(100, 100), (300, 100), (100, 300), (300, 300)]
    for x, y in points:
        density[np.hypot(rows - y, columns - x) < radius] = darkness * np.array([1.0, 0.8, 0.4])
    pixels = np.clip(240 * 10**-density, 0, 255).astype(np.uint8)
    return pixels, Cells.of_points(points, [NEGATIVE] * 4, "image")


def test_the_measures_read_back_what_was_drawn() -> None:
    found = measure(*drawn(radius=22, darkness=0.2))
    assert found.cells == 4 and found.index == 0
    assert found.negative_contrast == pytest.approx(0.2, abs=0.01)
    assert found.negative_area == pytest.approx(np.pi * 22**2, rel=0.05)
    assert found.spacing == 200
    assert measure(*drawn(radius=15, darkness=0.2)).negative_area < found.negative_area
    assert measure(*drawn(radius=22, darkness=0.1)).negative_contrast == pytest.approx(0.1, abs=0.01)


def test_stain_histograms_are_shares_of_the_picture() -> None:
    histograms = stain_histograms(drawn(radius=22, darkness=0.4)[0])
    assert histograms.haematoxylin.sum() == pytest.approx(1.0) and histograms.dab.sum() == pytest.approx(1.0)
    assert histograms.haematoxylin[4:].sum() == pytest.approx(4 * np.pi * 22**2 / 400**2, rel=0.1)
