"""81 numbers of a view: what they count can be counted by hand, and blobs are those of the library."""

import numpy as np
import pytest
from scipy import ndimage
from skimage.feature import blob_log

from ki67.cellularity.features import BLOB_THRESHOLDS, NAMES, Map, blobs, feature_rows, features
from ki67.cellularity.plain_features import pace, plain_features

NUCLEI = {(20, 30): 0.9, (50, 12): 0.4, (44, 50): 0.1}  # (x, y): how sure


def bumps(nuclei: dict[tuple[int, int], float], sigma: float = 2.0, side: int = 64) -> Map:
    """A Gaussian of that height at each place: its normalised Laplacian is half the height, at the Gaussian's own sigma."""
    y, x = np.mgrid[:side, :side]
    return sum(height * np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * sigma**2)) for (cx, cy), height in nuclei.items()).astype(
        np.float32
    )


def view(activation: Map, channel: int = 2) -> Map:
    """The map in one channel of a view, nothing in the others."""
    maps = np.zeros((*activation.shape, 4), np.float32)
    maps[..., channel] = activation
    return maps


def named(maps: Map) -> dict[str, float]:
    return dict(zip(NAMES, features(maps).tolist(), strict=True))


def realistic(seed: int, side: int = 256) -> Map:
    """A map as a network paints it: discs of all certainties through a sigmoid, some merged, some saturated, all noisy."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:side, :side]
    logits = np.full((side, side), -5.0)
    for cx, cy, radius, height in rng.uniform((0, 0, 2.5, 1), (side, side, 5, 22), (int(rng.integers(20, 300)), 4)):
        logits = np.maximum(logits, -5 + height * np.clip((radius + 1.5 - np.hypot(x - cx, y - cy)) / 2, 0, 1))
    logits += ndimage.gaussian_filter(rng.normal(0, 2, logits.shape), 1.5)
    return (1 / (1 + np.exp(-logits))).astype(np.float32)


def test_there_are_81_names_that_say_channel_kind_and_threshold() -> None:
    assert len(NAMES) == len(set(NAMES)) == 81
    assert {"malignant_activation", "malignant_activation_above_0.5", "lymphocyte_area_above_0.32"} <= set(NAMES)
    assert {"normal_blobs_above_0.02", "malignant_activation_in_blobs_above_0.24"} <= set(NAMES)
    assert not [name for name in NAMES if "blobs" in name and name.endswith("0.32")]


def test_areas_and_activations_are_counted_pixels_and_their_sums() -> None:
    activation = np.zeros((64, 64), np.float32)
    activation[:2, :5], activation[30:34, :5], activation[60, 60] = 0.75, 0.1875, 0.5
    found = named(view(activation))
    area = {t: found[f"malignant_area_above_{t}"] for t in (0.02, 0.16, 0.24, 0.32, 0.5)}
    assert area == {0.02: 31, 0.16: 31, 0.24: 11, 0.32: 11, 0.5: 10}  # 0.5 is not above 0.5
    assert found["malignant_activation"] == 10 * 0.75 + 20 * 0.1875 + 0.5
    assert found["malignant_activation_above_0.24"] == 10 * 0.75 + 0.5
    assert found["malignant_activation_above_0.5"] == 10 * 0.75
    assert not [name for name, value in found.items() if value and not name.startswith("malignant")]


def test_blobs_are_counted_by_how_sure_they_are() -> None:
    found = named(view(bumps(NUCLEI), channel=1))
    assert [found[f"lymphocyte_blobs_above_{t}"] for t in BLOB_THRESHOLDS] == [3, 3, 2, 2, 1, 0]
    sums = [found[f"lymphocyte_activation_in_blobs_above_{t}"] for t in BLOB_THRESHOLDS]
    assert sums == pytest.approx([1.4, 1.4, 1.3, 1.3, 0.9, 0], abs=1e-3)


def test_blobs_say_x_before_y_and_how_large_the_surest_first() -> None:
    assert blobs(bumps(NUCLEI), 0.02).tolist() == [[20, 30, 2], [50, 12, 2], [44, 50, 2]]
    assert blobs(bumps({(9, 30): 1.0}, sigma=3.0), 0.24).tolist() == [[9, 30, 3]]
    assert blobs(np.zeros((32, 32), np.float32), 0.02).shape == (0, 3)


def test_a_disc_of_the_weak_labels_is_one_blob_with_the_disc_s_radius() -> None:
    y, x = np.mgrid[:64, :64]
    discs = np.max([np.hypot(x - cx, y - cy) <= 3.75 for cx, cy in NUCLEI], axis=0).astype(np.float32)
    found = blobs(discs, 0.5)
    assert {(x, y) for x, y, _ in found.tolist()} == set(NUCLEI)
    assert (np.sqrt(2) * found[:, 2]).tolist() == pytest.approx([3.75] * 3, abs=0.75)


@pytest.mark.parametrize("seed", range(3))
def test_blobs_are_the_library_s_number_for_number(seed: int) -> None:
    activation = realistic(seed)
    for threshold in BLOB_THRESHOLDS:
        plain = blob_log(activation, 1, 4, 4, threshold, overlap=1.001)  # above 1: nothing is pruned, whatever the rounding
        assert len(plain) and np.array_equal(blobs(activation, threshold), plain[:, [1, 0, 2]])


def test_with_an_overlap_of_1_the_library_drops_by_rounding_what_touches_a_larger_blob_from_within() -> None:
    kept = dropped = 0
    for seed in range(3, 6):
        activation = realistic(seed)
        ours = {tuple(row) for row in blobs(activation, 0.02).tolist()}
        plain = {tuple(row) for row in blob_log(activation, 1, 4, 4, 0.02, overlap=1)[:, [1, 0, 2]].tolist()}
        assert plain <= ours
        for x, y, sigma in ours - plain:
            gaps = [np.hypot(x - a, y - b) - np.sqrt(2) * (s - sigma) for a, b, s in plain if s > sigma]
            assert min(abs(gap) for gap in gaps) < 1e-5
        kept, dropped = kept + len(plain), dropped + len(ours - plain)
    assert 0 < dropped <= kept / 300


def test_features_are_those_of_the_plain_definition() -> None:
    maps = np.stack([realistic(seed) for seed in (9, 10, 11, 12)], axis=-1)
    np.testing.assert_allclose(features(maps), plain_features(maps), rtol=1e-9)
    found = named(maps)
    above = maps[..., 2][maps[..., 2] > 0.24]
    assert found["malignant_area_above_0.24"] == len(above)
    assert found["malignant_activation_above_0.24"] == pytest.approx(above.sum(), rel=1e-5)
    assert found["normal_blobs_above_0.5"] == len(blob_log(maps[..., 0], 1, 4, 4, 0.5, overlap=1.001))


def test_a_table_has_a_row_a_view_in_their_order() -> None:
    views = np.stack([view(bumps({place: height})) for place, height in NUCLEI.items()])
    assert np.array_equal(feature_rows(views), [features(one) for one in views])
    assert feature_rows(views[:0]).shape == (0, 81)


def test_what_is_timed_against_the_plain_definition_is_the_same() -> None:
    found = pace(np.stack([realistic(seed) for seed in range(3)], axis=-1)[None])
    assert found.same and found.views == 1
