"""How speed on slides is measured: a large slide made of small sections, each part of the work, workers. No time is asserted."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from slide_networks import write_networks
from tile_network import glass, tissue

from ki67.bench import big_slide, slide_workers, slides
from ki67.bench.big_slide import FINER, big_slides, composed, write_finer
from ki67.bench.slide_work import Work, middle, worked
from ki67.pictures.regions import Pixels, Region, Size
from ki67.pictures.slide import open_slide

SIZE = (768, 768)  # at 1 µm/px: three patches across, two rows that hold tissue
SIDE = 256  # of a section: a patch


def section(purple: float) -> Pixels:
    """Tissue but for a margin at its right and bottom, so that what is turned is seen."""
    picture = glass(SIDE, SIDE)
    picture[:200, :200] = tissue(200, 200, purple)
    return picture


def sections(size: Size = SIZE) -> list[Pixels]:
    return [section(purple) for purple in (0.0, 0.5, 1.0)]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder to measure in, where a large slide is a small one."""
    monkeypatch.setattr(big_slide, "drawn", sections)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_sections_lie_in_a_row_and_upside_down_in_a_second() -> None:
    whole = composed(sections(), SIZE).numpy()
    above, below = np.split(whole, 2)
    assert whole.shape == (*SIZE[::-1], 3)
    assert np.array_equal(above[64:320], np.concatenate(sections(), axis=1))
    assert np.array_equal(below[64:320], np.concatenate([each[::-1, ::-1] for each in sections()], axis=1))
    assert (above[:64] == 255).all() and (below[320:] == 255).all()


def test_the_drawn_sections_have_tissue_and_fit_side_by_side() -> None:
    drawn = big_slide.drawn((900, 500))
    assert [each.shape for each in drawn] == [(250, 250, 3)] * 3
    assert all(np.ptp(each) > 100 for each in drawn)
    assert not np.array_equal(drawn[0], drawn[1])


def test_the_finest_level_enlarges_the_sections_and_the_level_that_is_read_shows_them(tmp_path: Path) -> None:
    whole = composed(sections(), SIZE)
    write_finer(tmp_path / "slide.tif", whole)
    with open_slide(tmp_path / "slide.tif") as slide:
        assert (slide.width, slide.height, slide.um_per_px) == (FINER * SIZE[0], FINER * SIZE[1], 0.25)
        seen = slide.read(Region(0, 0, *SIZE, 1.0)).astype(int)
    assert np.abs(seen - whole.numpy()).mean() < 3


def test_the_quarter_is_the_corner_of_the_whole_and_neither_is_made_twice(small: Path) -> None:
    whole, quarter = big_slides(small, SIZE)
    with open_slide(whole) as large, open_slide(quarter) as corner:
        assert (corner.width, corner.height) == (large.width // 2, large.height // 2)
        there, here = (slide.read(Region(0, 0, 384, 384, 1.0)).astype(int) for slide in (large, corner))
    assert np.abs(there - here).mean() < 1
    made = whole.stat().st_mtime_ns
    assert big_slides(small, SIZE) == (whole, quarter) and whole.stat().st_mtime_ns == made


def test_the_work_is_that_of_the_tool_and_its_total_the_sum_of_its_parts(small: Path) -> None:
    networks, (whole, _) = write_networks(small / "networks"), big_slides(small, SIZE)
    work, refined = worked(networks, whole, "float32")
    assert work.patches == 6
    assert work.total_s == work.mask_s + work.patchwise_s + work.refinement_s
    assert work.patches_per_s == pytest.approx(6 / work.total_s)
    left, right = refined[:, :16].mean(), refined[:, -16:].mean()
    assert left < 0.05 and right > 0.3  # the first section is pink, the last one purple


def test_a_median_is_taken_of_each_figure() -> None:
    slow, fast = Work(3, 3, 3, 3, 9, 12, 7, 0.8, 300), Work(1, 1, 1, 1, 3, 4, 7, 2.3, 100)
    assert middle([slow, fast, fast]) == fast
    assert middle([Work(1, 9, 1, 1, 1, 1, 1, 1, 1), Work(2, 8, 2, 2, 2, 2, 2, 2, 2), Work(3, 7, 3, 3, 3, 3, 3, 3, 3)]).mask_s == 8


def test_two_workers_that_halve_the_time_are_wholly_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slide_workers, "seconds", lambda networks, slide, warming, count: {1: 12.0, 2: 8.0}[count])
    assert slide_workers.efficiency(Path(), Path(), Path()) == {"one_worker_s": 12.0, "two_workers_s": 8.0, "efficiency": 0.75}


def test_slides_are_timed_on_workers_of_their_own(small: Path) -> None:
    _, quarter = big_slides(small, SIZE)
    assert slide_workers.seconds(write_networks(small / "networks"), quarter, quarter, 1) > 0


def test_outlines_that_agree_change_nothing_and_others_as_much_as_they_differ(small: Path) -> None:
    networks, (whole, _) = write_networks(small / "networks"), big_slides(small, SIZE)
    left, half = np.zeros((64, 64), np.float32), np.zeros((64, 64), np.float32)
    left[:, :32], half[:32, :32] = 1, 1
    assert slides.dice_change(networks, whole, left, left) == 0
    assert slides.dice_change(networks, whole, left, half) == pytest.approx(1 / 3, abs=0.02)


def test_both_networks_are_measured_in_float32_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    networks, large = write_networks(tmp_path / "networks"), write_networks(tmp_path / "large")
    monkeypatch.setattr(slides, "published_networks", lambda folder: large)
    ways = slides.ways(networks)
    assert {(way.networks, way.folder) for way in ways} == {(slides.OURS, networks), (slides.PUBLISHED, large)}
    assert next(way.numbers for way in ways if way.networks == slides.OURS) == "float32"


def test_the_bench_keeps_a_row_for_each_way_and_the_figures_of_table_3(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    networks = write_networks(small / "networks")
    ways = [slides.Way(slides.OURS, networks, "float32"), slides.Way(slides.OURS, networks, "bfloat16")]
    monkeypatch.setattr(slides, "ways", lambda shipped: ways)
    monkeypatch.setattr(slides, "efficiency", lambda *paths: {"efficiency": 1.0})
    said = "\n".join(slides.bench(networks, 1, SIZE))
    told, rows = json.loads(slides.MEASURED.read_text()), pd.read_csv(slides.MEASURED.with_suffix(".csv"))
    assert "3,072×3,072 pixels" in said
    assert list(rows["numbers"]) == ["float32", "bfloat16"] and (rows["patches"] == 6).all()
    first = rows.iloc[0]
    for part in ("mask_s", "patchwise_s", "refinement_s", "total_s", "patches_per_s", "peak_mb"):
        assert told[part] == pytest.approx(first[part], rel=1e-4, abs=1e-6)
    assert set(told["command"]) == {"whole", "quarter"}
    assert all(each["wall_s"] > told["total_s"] and each["peak_mb"] > 50 for each in told["command"].values())
    assert told["quarter"]["patches"] < told["patches"]
    assert set(told["dice_change"]) == {"bfloat16"}
