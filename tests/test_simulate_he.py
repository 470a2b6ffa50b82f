"""Simulated H&E tissue: reproducible, scored by its malignant area, and laid out as BreastPathQ is."""

import json
from pathlib import Path

import numpy as np
import pytest

from ki67.data.breastpathq import read_annotated, read_nuclei
from ki67.data.patches import LYMPHOCYTE, MALIGNANT, NORMAL, Nuclei
from ki67.data.patches_survey import survey
from ki67.simulate.he import Patch, TissueCohort, render_patch, write_cohort
from ki67.simulate.he.architecture import lay_out
from ki67.simulate.he.patients import draw_patient
from ki67.simulate.he.population import populate
from ki67.simulate.he.rater import MARKS, malignant_share, rated
from ki67.simulate.nuclei import Kind

SMALL = TissueCohort(
    2, 1, 1, annotated_patients=2, annotated_per_patient=1, seed=3, test_patients=1, test_patches_per_slide=1, test_seed=4
)


@pytest.fixture(scope="module")
def patches() -> list[Patch]:
    return [render_patch(3, patient, 1, 1) for patient in range(1, 9)]


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("he")
    write_cohort(folder, SMALL, workers=1, progress=False)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_the_same_numbers_give_the_same_patch_and_other_numbers_another(patches: list[Patch]) -> None:
    again = render_patch(3, 1, 1, 1)
    assert np.array_equal(again.image, patches[0].image) and np.array_equal(again.nuclei.xy, patches[0].nuclei.xy)
    for other in (render_patch(4, 1, 1, 1), render_patch(3, 1, 2, 1), render_patch(3, 1, 1, 2)):
        assert not np.array_equal(other.image, patches[0].image)


def test_slides_of_a_patient_are_more_alike_than_patients() -> None:
    def colour(patient: int, slide: int) -> tuple[float, float, float]:
        return render_patch(3, patient, slide, 1, size=64).patient.stains.haematoxylin

    own = [np.ptp([colour(patient, slide)[0] for slide in (1, 2, 3)]) for patient in range(1, 7)]
    between = np.ptp([colour(patient, 1)[0] for patient in range(1, 7)])
    assert np.mean(own) < between / 2


def test_a_plan_is_malignant_in_the_share_asked_for() -> None:
    rng = np.random.default_rng(2)
    for share in (0.0, 0.1, 0.3, 0.5, 0.8, 1.0):
        for _ in range(4):
            plan = lay_out(share, 256, 20.0, rng)
            assert plan.malignant_share == pytest.approx(share, abs=0.08)
            assert all(part.min() >= 0 and part.max() <= 1 for part in (plan.malignant, plan.normal, plan.holes, plan.stroma))


def test_malignant_nuclei_lie_in_patches_with_tumour_only(patches: list[Patch]) -> None:
    counts = np.array([(p.nuclei.kind == MALIGNANT).sum() for p in patches])
    shares = np.array([p.share for p in patches])
    assert (shares == 0).any() and (shares > 0.3).any()
    assert (counts[shares == 0] == 0).all() and (counts[shares > 0.1] > 5).all()
    assert all((p.score == 0) == (p.share == 0) or p.share < 0.02 for p in patches)


def test_nuclei_lie_inside_the_picture_and_are_darker_than_it(patches: list[Patch]) -> None:
    differences = {kind: [] for kind in (NORMAL, LYMPHOCYTE, MALIGNANT)}
    for patch in patches:
        assert patch.image.shape == (512, 512, 3) and patch.image.dtype == np.uint8
        xy = patch.nuclei.xy.astype(int)
        assert ((xy >= 0) & (xy < 512)).all()
        red = patch.image[..., 0].astype(float)
        for kind, found in differences.items():
            columns, rows = xy[patch.nuclei.kind == kind].T
            found += list(np.median(red) - red[rows, columns])
    assert all(len(found) > 100 and np.median(found) > 20 for found in differences.values())


def test_no_nucleus_is_annotated_where_there_is_no_tissue() -> None:
    tissue = draw_patient(1, 1).tissue
    for seed in range(4):
        rng = np.random.default_rng(seed)
        plan = lay_out(0.3, 256, 20.0, rng)
        nuclei = [n for n in populate(plan, tissue, 20.0, rng) if 0 <= n.x < 256 and 0 <= n.y < 256]
        assert nuclei and all(plan.holes[int(n.y), int(n.x)] < 0.5 for n in nuclei)
        malignant = [n for n in nuclei if n.kind is Kind.TUMOUR]
        assert malignant and all(plan.malignant[int(n.y), int(n.x)] > 0.5 for n in malignant)


def test_readers_write_round_scores_near_the_share() -> None:
    rng = np.random.default_rng(1)
    shares = np.linspace(0.001, 1, 400)
    scores = np.array([rated(share, rng) for share in shares])
    assert set(scores) <= set(MARKS)
    errors = scores - shares
    middle, ends = np.abs(shares - 0.5) < 0.2, np.abs(shares - 0.5) > 0.45
    assert abs(errors.mean()) < 0.01
    assert 0.04 < errors[middle].std() < 0.08 and errors[ends].std() < 0.03
    assert rated(0.0, rng) == 0.0


def test_scores_are_often_zero_mostly_low_and_reach_one() -> None:
    rng = np.random.default_rng(0)
    burdens = [draw_patient(1, number).tissue.burden for number in range(1, 101)]
    shares = np.array([malignant_share(burden, rng) for burden in burdens for _ in range(20)])
    assert (shares == 0).mean() == pytest.approx(0.25, abs=0.03)
    assert 0.5 < (shares < 0.3).mean() < 0.75
    assert 0.02 < (shares > 0.95).mean() < 0.10


def test_patients_spread_in_stain_darkness_and_size() -> None:
    for seed in (1, 2, 3):
        patients = [draw_patient(seed, number) for number in range(1, 13)]
        assert np.ptp([p.stains.haematoxylin[2] for p in patients]) > 0.1
        assert np.ptp([p.stains.eosin[0] for p in patients]) > 0.08
        assert max(p.tissue.haematoxylin for p in patients) > 1.4 * min(p.tissue.haematoxylin for p in patients)
        assert np.ptp([p.tissue.diameter for p in patients]) > 2.5


def test_a_cohort_has_the_published_layout_and_says_that_it_is_simulated(cohort: Path) -> None:
    found = survey(cohort)
    assert found.oddities == ()
    assert [p.name for p in found.scored] == ["101_1", "201_1"]
    assert [(p.name, p.patient) for p in found.test] == [("100101_1", "1001")]
    assert [(p.name, p.patient) for p in found.annotated] == [("1_Region 1", "cells-1"), ("2_Region 1", "cells-2")]
    assert json.loads((cohort / "cohort.json").read_text())["um_per_px"] == 0.5


def clicked(nuclei: Nuclei) -> list[tuple[float, float, int]]:
    return sorted((*xy, kind) for xy, kind in zip(nuclei.xy.tolist(), nuclei.kind.tolist(), strict=True))


def test_what_is_written_is_what_was_rendered(cohort: Path) -> None:
    first = render_patch(3, 1, 1, 1)
    found = survey(cohort)
    assert {p.name: p.score for p in found.scored}["101_1"] == first.score
    assert found.test[0].score == render_patch(4, 1001, 1, 1).score
    annotated = read_annotated(cohort)[0]
    image, nuclei = read_nuclei(annotated)
    rendered = render_patch(3, 4, 1, 1)
    assert clicked(nuclei) == clicked(rendered.nuclei)
    assert np.abs(np.asarray(image).astype(int) - rendered.image).mean() < 6  # JPEG


def test_the_files_do_not_depend_on_the_number_of_workers_nor_on_a_kill(cohort: Path, tmp_path: Path) -> None:
    unbroken = contents(cohort)
    write_cohort(tmp_path, SMALL, workers=2, progress=False)
    assert contents(tmp_path) == unbroken
    rows = (tmp_path / "train_labels.csv").read_text().splitlines()
    (tmp_path / "train_labels.csv").write_text("\n".join(rows[:-1]) + "\n")
    (tmp_path / "train/201_1.tif").unlink()
    (tmp_path / "cells/2_Region 1_key.xml").unlink()
    kept = (tmp_path / "train/101_1.tif").stat().st_mtime_ns
    write_cohort(tmp_path, SMALL, workers=1, progress=False)
    assert contents(tmp_path) == unbroken
    assert (tmp_path / "train/101_1.tif").stat().st_mtime_ns == kept
