"""Detection equals the published steps cell by cell, and takes at most half their time."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, gaussian_filter
from scipy.optimize import linear_sum_assignment
from skimage.feature import peak_local_max

from ki67.bench.published import published_centres
from ki67.cells.cells import NEGATIVE, POSITIVE, TIL, Cells
from ki67.cells.detect import Detector, Marker, tune
from ki67.cells.geometry import distance_inside, peak_pixels, smallest_circles
from ki67.cells.metrics import match_one_to_one

Map = NDArray[np.float32]


def blobs(xy: NDArray[np.float64], size: int = 256, sigma: float = 2.0, peak: float = 255.0) -> Map:
    """One smooth hill a cell, at its exact place."""
    axis = np.arange(size)
    hills = [np.exp(-((axis[None, :] - x) ** 2 + (axis[:, None] - y) ** 2) / (2 * sigma**2)).astype(np.float32) for x, y in xy]
    return peak * np.max([np.zeros((size, size), np.float32), *hills], axis=0)


def noisy_map(seed: int, size: int = 128) -> Map:
    """What networks put out: hills of every height, some merged, on a restless ground; every third is cut into steps."""
    rng = np.random.default_rng(seed)
    hills = blobs(rng.uniform(0, size, (rng.integers(0, 120), 2)), size, rng.uniform(1.2, 4.0))
    ground = gaussian_filter(rng.normal(0, 60, (size, size)), 2)
    density = np.clip(hills * rng.uniform(0.5, 1.1) + ground, 0, None)
    return (np.round(density / 40) * 40 if seed % 3 == 0 else density).astype(np.float32)


@pytest.mark.parametrize("marker", ["distance", "density"])
@pytest.mark.parametrize("threshold", [5.0, 60.0, 160.0])
def test_the_same_cells_as_the_published_steps(marker: Marker, threshold: float) -> None:
    detector = Detector((threshold, threshold, threshold), marker=marker)
    cells = 0
    for seed in range(12):
        density = noisy_map(seed)
        ours = detector.classes(density[..., None], [POSITIVE]).xy
        published = np.array(published_centres(density, threshold, marker)).reshape(-1, 2)
        assert len(ours) == len(published)
        apart = np.linalg.norm(ours[:, None] - published[None], axis=-1)
        assert apart[linear_sum_assignment(apart)].max(initial=0) < 0.5
        cells += len(ours)
    assert cells > 100


def test_the_two_marker_rules_are_two_rules() -> None:
    counts = {
        marker: len(Detector((60, 60, 60), marker=marker)(np.dstack([noisy_map(1)] * 3))) for marker in ("distance", "density")
    }
    assert counts["distance"] != counts["density"]


@pytest.mark.parametrize("threshold", [0.0, 256.0])
def test_a_threshold_below_or_above_everything_is_as_published(threshold: float) -> None:
    density = noisy_map(1)
    ours = Detector((threshold,) * 3).classes(density[..., None], [POSITIVE]).xy
    assert ours == pytest.approx(np.array(published_centres(density, threshold)).reshape(-1, 2), abs=0.5)


def test_cells_carry_place_class_and_confidence() -> None:
    maps = np.zeros((64, 48, 3), np.float32)
    for label, (x, y), peak in ((POSITIVE, (10, 20), 255.0), (NEGATIVE, (30, 50), 127.5), (TIL, (40, 5), 2250.0)):
        maps[..., label - 1] = blobs(np.array([(x, y)]), 64, peak=peak)[:, :48]
    cells = Detector((60, 60, 60))(maps)
    assert cells.frame == "network"
    assert cells.label.tolist() == [POSITIVE, NEGATIVE, TIL]
    assert cells.xy == pytest.approx(np.array([(10, 20), (30, 50), (40, 5)]), abs=0.5)
    assert cells.confidence == pytest.approx(np.array([1.0, 0.5, 1.0]), abs=1e-6)


def test_empty_maps_have_no_cells() -> None:
    assert len(Detector((60, 60, 60))(np.zeros((32, 32, 3), np.float32))) == 0


@pytest.mark.parametrize("density", [0.02, 0.3, 0.8, 0.98])
def test_distances_equal_scipys(density: float) -> None:
    rng = np.random.default_rng(10)
    for shape in ((40, 60), (61, 33), (1, 20), (20, 1)):
        mask = rng.uniform(size=shape) < density
        if mask.any():
            assert np.array_equal(distance_inside(mask), distance_transform_edt(mask).astype(np.float32))


def test_peaks_equal_the_librarys_plateaus_included() -> None:
    for seed in range(20):
        heights = noisy_map(seed, 64)
        mask = heights >= 30
        library = peak_local_max(heights, min_distance=5, exclude_border=False, labels=mask)
        assert sorted(peak_pixels(heights, mask, 5)) == sorted(np.ravel_multi_index(tuple(library.T), mask.shape))


def test_smallest_circles_hold_every_point_and_none_is_smaller() -> None:
    rng = np.random.default_rng(11)
    points = rng.integers(0, 9, (200, 12)) + 1j * rng.integers(0, 9, (200, 12))
    points[:20] = points[:20, :1]
    points[20:40].imag = 3
    centres = smallest_circles(points)
    radius = np.abs(points - centres[:, None]).max(1)
    for step in 0.01 * np.exp(2j * np.pi * np.arange(16) / 16):
        assert (np.abs(points - (centres + step)[:, None]).max(1) > radius - 1e-9).all()


def test_known_smallest_circles() -> None:
    assert smallest_circles(np.array([[0, 4, 2 + 0.5j]])) == pytest.approx(np.array([2]))
    triangle = np.array([[0, 4, 2 + 2j * np.sqrt(3)]])
    assert smallest_circles(triangle) == pytest.approx(np.array([2 + 2j / np.sqrt(3)]))
    assert smallest_circles(np.array([[5 + 1j] * 3])) == pytest.approx(np.array([5 + 1j]))


@pytest.fixture(scope="module")
def dim_and_false() -> tuple[list[Map], list[Cells]]:
    """Cells of height 150, false ones of height 80: thresholds above 80 and up to 150 are right."""
    rng = np.random.default_rng(12)
    maps, truths = [], []
    for _ in range(4):
        places = (np.stack(np.meshgrid(np.arange(4), np.arange(4)), axis=-1).reshape(-1, 2) * 16 + 8) + rng.integers(
            -2, 3, (16, 2)
        )
        real, false = places[:10].astype(float), places[10:].astype(float)
        density = np.maximum(blobs(real, 64, peak=150), blobs(false, 64, peak=80))
        maps.append(np.dstack([density, density, np.zeros_like(density)]))
        truths.append(Cells.of_points(np.vstack([real, real]), [POSITIVE] * 10 + [NEGATIVE] * 10, "network"))
    return maps, truths


def test_tuning_finds_the_thresholds_that_part_real_from_false(dim_and_false: tuple[list[Map], list[Cells]]) -> None:
    tuning = tune(*dim_and_false, radius=6, match=match_one_to_one, processes=1)
    right = [i for i, t in enumerate(tuning.grid) if 80 < t <= 150]
    assert (tuning.f1[right, :2] == 1).all() and (tuning.f1[right[-1] + 1 :, :2] == 0).all()
    assert tuning.f1[10, 0] == pytest.approx(2 * 40 / (2 * 40 + 24))
    assert tuning.thresholds[:2] == (115, 115)


def test_a_class_without_cells_gets_a_threshold_that_finds_none(dim_and_false: tuple[list[Map], list[Cells]]) -> None:
    tuning = tune(*dim_and_false, radius=6, match=match_one_to_one, processes=1)
    assert tuning.f1[0, 2] == 0 and (tuning.f1[1:, 2] == 1).all()
    assert tuning.thresholds[2] == 130


def test_tuning_is_the_same_on_two_processes(dim_and_false: tuple[list[Map], list[Cells]]) -> None:
    grid = (60, 120, 180)
    alone, together = (tune(*dim_and_false, radius=6, match=match_one_to_one, grid=grid, processes=n) for n in (1, 2))
    assert alone == together
