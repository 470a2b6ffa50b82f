"""The classical row sees stain, not colour of light, and finds what a plain eye would."""

import json
from dataclasses import asdict, fields, replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from ki67.base.errors import InputError
from ki67.cells.cells import NEGATIVE, POSITIVE, TIL, Cells
from ki67.cells.classical import (
    CLASS_GRIDS,
    SEARCH_GRIDS,
    STAINS,
    BlobSearch,
    Classical,
    find_blobs,
    load_classical,
    mean_f1,
    stain_strengths,
    tune_classical,
)
from ki67.cells.metrics import match_one_to_one

WHITE = np.array([245.0, 242.0, 225.0])


def field(seed: int, positive: int = 12, negative: int = 24) -> tuple[NDArray[np.uint8], Cells]:
    """Discs of haematoxylin, some with DAB on top, under Beer–Lambert light, 16 px apart in a 128 px field."""
    rng = np.random.default_rng(seed)
    grid = np.stack(np.meshgrid(np.arange(7), np.arange(7)), axis=-1).reshape(-1, 2) * 16 + 16
    xy = rng.permutation(grid)[: positive + negative] + rng.uniform(-2, 2, (positive + negative, 2))
    label = np.array([POSITIVE] * positive + [NEGATIVE] * negative)
    stain = np.zeros((2, 128, 128))
    rows, columns = np.mgrid[:128, :128]
    for (x, y), kind in zip(xy, label, strict=True):
        disc = np.hypot(columns - x, rows - y) < rng.uniform(4, 6)
        stain[:, disc] = np.array([[0.3], [0.8]] if kind == POSITIVE else [[0.5], [0.0]])
    blurred = gaussian_filter(stain, (0, 1, 1))
    light = WHITE * 10 ** -np.tensordot(blurred, STAINS, axes=(0, 0)) + rng.normal(0, 2, (128, 128, 3))
    return np.clip(light, 0, 255).astype(np.uint8), Cells.of_points(xy, label, "network")


def test_brown_and_blue_discs_are_found_and_told_apart() -> None:
    image, truth = field(1)
    found = Classical()(image)
    assert found.frame == "network"
    assert mean_f1([truth], [found], 4.0, match_one_to_one) > 0.9


def test_an_empty_slide_has_no_cells() -> None:
    noise = np.random.default_rng(2).normal(0, 2, (128, 128, 3))
    assert len(Classical()(np.clip(WHITE + noise, 0, 255).astype(np.uint8))) == 0


def test_unmixing_gives_back_what_was_stained() -> None:
    image = np.full((40, 40, 3), WHITE)
    image[10:20, 10:20] = WHITE * 10 ** -(0.6 * STAINS[0] / np.linalg.norm(STAINS[0]))
    image[25:35, 25:35] = WHITE * 10 ** -(0.9 * STAINS[1] / np.linalg.norm(STAINS[1]))
    haematoxylin, dab = stain_strengths(image.astype(np.uint8))
    assert (haematoxylin[15, 15], dab[15, 15]) == pytest.approx((0.6, 0.0), abs=0.03)
    assert (haematoxylin[30, 30], dab[30, 30]) == pytest.approx((0.0, 0.9), abs=0.03)


def test_a_yellower_lamp_changes_little() -> None:
    image, _ = field(3)
    yellow = (image * np.array([1.0, 0.95, 0.8])).astype(np.uint8)
    here, there = Classical()(image), Classical()(yellow)
    assert mean_f1([here], [there], 2.0, match_one_to_one) > 0.95


def test_dark_compact_blue_blobs_may_be_lymphocytes() -> None:
    image, _ = field(4)
    wide = replace(Classical(), til_haematoxylin=0.0, til_compactness=0.0)
    assert set(wide(image).label) == {POSITIVE, TIL}
    assert set(replace(wide, til_haematoxylin=9.0)(image).label) == {POSITIVE, NEGATIVE}


def test_more_contrast_asked_for_means_fewer_cells_out_of_the_same_blobs() -> None:
    blobs = find_blobs(field(5)[0], BlobSearch())
    counts = [len(replace(Classical(), contrast=c).classify(blobs)) for c in (0.0, 0.1, 0.3, 10.0)]
    assert counts == sorted(counts, reverse=True) and counts[0] == len(blobs.xy) and counts[-1] == 0


def test_tuning_mends_a_bad_start_and_is_deterministic() -> None:
    images, truths = zip(*(field(seed) for seed in range(6, 9)), strict=True)
    start = mean_f1(truths, [replace(Classical(), dab_share=0.99)(i) for i in images], 4.0, match_one_to_one)
    tuned = tune_classical(images, truths, 4.0, match_one_to_one, sweeps=1)
    found = [tuned.settings(image) for image in images]
    assert start < 0.5 < 0.95 < tuned.f1
    assert tuned.f1 == mean_f1(truths, found, 4.0, match_one_to_one)
    assert tuned == tune_classical(images, truths, 4.0, match_one_to_one, sweeps=1)


def test_every_setting_is_searched() -> None:
    assert set(SEARCH_GRIDS) == {f.name for f in fields(BlobSearch)}
    assert {"look", *CLASS_GRIDS} == {f.name for f in fields(Classical)}


def test_settings_come_back_from_the_stage_that_wrote_them(tmp_path: Path) -> None:
    settings = replace(Classical(), look=BlobSearch(radius=6.0), contrast=0.3)
    (tmp_path / "classical.json").write_text(json.dumps(asdict(settings)))
    assert load_classical(tmp_path / "classical.json") == settings
    (tmp_path / "other.json").write_text('{"contrast": 1}')
    for name in ("other.json", "none.json"):
        with pytest.raises(InputError, match=f"{name}: no settings of the classical row"):
            load_classical(tmp_path / name)
