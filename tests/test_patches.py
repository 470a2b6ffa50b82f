"""Patches on their way to the networks: halved, cut, kept in a file, counted, and split so that nobody is on two sides."""

from pathlib import Path

import numpy as np
import pytest
from made_patches import annotated, points_xml, write_layout
from PIL import Image

from ki67.base.errors import InputError
from ki67.data.breastpathq import read_annotated, read_scored
from ki67.data.halving import annotated_patches, halved, scored_patches, tiles
from ki67.data.patches import KINDS, Nuclei, load_patches, save_patches
from ki67.data.patches_survey import survey
from ki67.data.patches_table import patches_summary, patches_table
from ki67.data.split import set_aside, three_parts, two_parts


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_layout(tmp_path / "breastpathq")


def test_halving_averages_pixels_and_moves_points_with_them(tmp_path: Path) -> None:
    pixels = np.random.default_rng(3).integers(0, 256, (512, 512, 3), np.uint8)
    nuclei = Nuclei(np.array([(0, 0), (1, 1), (511, 40)], np.float32), np.array([0, 1, 2], np.uint8))
    ((image, moved),) = tiles(Image.fromarray(pixels), nuclei)
    means = pixels.reshape(256, 2, 256, 2, 3).mean(axis=(1, 3))
    assert np.abs(image - means).max() <= 1  # rounded once in each direction
    assert np.allclose(moved.xy, [(-0.25, -0.25), (0.25, 0.25), (255.25, 19.75)])
    assert np.allclose(halved(np.array([(0.5, 0.5)], np.float32)), (0, 0))  # the middle of the first four pixels


def test_a_larger_picture_is_cut_and_no_nucleus_is_lost_or_doubled() -> None:
    xy = np.random.default_rng(4).integers(0, (700, 468), (300, 2)).astype(np.float32)
    nuclei = Nuclei(xy, np.zeros(300, np.uint8))
    cut = list(tiles(Image.new("RGB", (700, 468), (10, 20, 30)), nuclei))
    assert len(cut) == 2 and sum(len(part) for _, part in cut) == 300
    left, right = (image for image, _ in cut)
    assert (left[:234] == (10, 20, 30)).all() and (left[234:] == 255).all()
    assert (right[:234, :94] == (10, 20, 30)).all() and (right[:, 94:] == 255).all()
    back = np.concatenate([(part.xy + 0.5) * 2 - 0.5 + (512 * i, 0) for i, (_, part) in enumerate(cut)])
    assert np.array_equal(np.sort(back, axis=0), np.sort(xy, axis=0))


def test_patches_keep_names_scores_and_nuclei_through_a_file(root: Path, tmp_path: Path) -> None:
    annotated(root, "4_Region 2", points_xml({"IDC": [(5, 5), (600, 5)]}), (600 + 8, 512))
    nuclei = annotated_patches(read_annotated(root))
    assert nuclei.names == ("1_Region 3", "2_Region 8", "3_Region 1", "4_Region 2 1", "4_Region 2 2")
    assert np.isnan(nuclei.scores).all() and [len(n) for n in nuclei.nuclei] == [4, 4, 4, 1, 1]
    scored = scored_patches(read_scored(root))
    for patches in (nuclei, scored):
        save_patches(patches, tmp_path / "patches.npz")
        again = load_patches(tmp_path / "patches.npz")
        assert (again.names, again.patients) == (patches.names, patches.patients)
        assert np.array_equal(again.scores, patches.scores, equal_nan=True)
        assert all(np.array_equal(a.xy, b.xy) for a, b in zip(again.nuclei, patches.nuclei, strict=True))
    found = survey(root)
    (root / "scale.json").write_text('{"um_per_px": 0.25}')
    summary = patches_summary(patches_table({"train": scored}, {"train": nuclei}), found, root)
    assert (summary["source"], summary["um_per_px"]) == ("own data", 0.25)
    assert summary["scored"]["slides"] == 4
    assert summary["scored"]["mean_score"] == pytest.approx(np.mean([0.4, 0, 1, 0.05, 0.97]))
    assert [summary["annotated"][kind] for kind in KINDS] == [3, 3, 8]
    assert summary["annotated"]["patches"] == len(found.annotated) == len(nuclei) - 1  # two of them are one picture


def test_no_patient_stands_in_two_parts_and_no_part_is_empty() -> None:
    rng, skewed = np.random.default_rng(5), ["a"] * 50 + ["b"] * 2 + ["c"] * 2
    cohorts = [[str(patient) for patient in rng.integers(0, 3 + seed, 60)] + ["0", "1", "2"] for seed in range(20)]
    for seed, whose in [*enumerate(cohorts), *((seed, skewed) for seed in range(12))]:
        parts = three_parts(whose, 0.2, seed)
        sides = [{whose[i] for i in part} for part in parts.values()]
        assert all(sides) and not (sides[0] & sides[1] or sides[0] & sides[2] or sides[1] & sides[2])
        assert sorted(i for part in parts.values() for i in part) == list(range(len(whose)))
        assert parts == three_parts(whose, 0.2, seed)
    many = [str(i // 2) for i in range(200)]
    assert [len(part) for part in three_parts(many, 0.2, 1).values()] == [128, 32, 40]
    assert three_parts(many, 0.2, 1) != three_parts(many, 0.2, 2)
    assert [len(part) for part in two_parts(many, 0.25, 1).values()] == [150, 50]
    assert len(set_aside(["a", "b"], 0.9, 0)) == 1
    assert len(set_aside(["a", "b", "c"], 0.9, 0, left=2)) == 1
    for few, divide in ((["a", "b"], three_parts), (["a"], two_parts)):
        with pytest.raises(InputError, match=r"patient\(s\) only"):
            divide(few, 0.2, 0)
