"""How speed is measured: in turns, by the median of ratios, and memory in processes of their own."""

import time
from pathlib import Path

import pytest
from PIL import Image

from ki67.bench.child import run_python
from ki67.bench.from_files import rows_of
from ki67.bench.speed import large_picture, peak_of
from ki67.bench.turns import Turn, in_turns


def test_ways_follow_each_other_and_the_first_turns_do_not_count() -> None:
    order: list[str] = []
    costs = in_turns({"a": lambda: order.append("a"), "b": lambda: order.append("b")}, 3)
    assert order == ["a", "b"] * 5
    assert [len(own) for own in costs.values()] == [3, 3]


def test_a_turn_tells_the_clock_from_the_cores() -> None:
    (turns,) = in_turns({"wait": lambda: time.sleep(0.02)}, 5).values()
    assert all(turn.wall >= 0.02 and turn.cpu < 0.02 for turn in turns)


def test_a_ratio_is_the_median_over_turns_and_one_bad_turn_does_not_move_it() -> None:
    costs = {"slow": [Turn(8.0, 8.0), Turn(80.0, 8.0), Turn(8.0, 8.0)], "fast": [Turn(1.0, 2.0)] * 3}
    rows = rows_of(costs, 4, ("slow",))
    assert rows["fast"]["times_slow"] == 8.0
    assert (rows["fast"]["pictures_per_s"], rows["fast"]["ms"], rows["fast"]["cpu_ms"]) == (4.0, 250.0, 500.0)


def test_memory_is_that_of_the_process_alone() -> None:
    small, large = (peak_of(f"held = bytearray({size})") for size in (1, 200_000_000))
    assert large - small == pytest.approx(200_000_000 / 2**20, abs=8)
    with pytest.raises(RuntimeError, match="exit code 3"):
        peak_of("raise SystemExit(3)")


def test_what_libraries_say_in_a_child_is_kept_from_the_terminal_unless_it_fails(capfd: pytest.CaptureFixture[str]) -> None:
    talk = "import os; os.write(2, b'chatter'); print(os.environ['TF_CPP_MIN_LOG_LEVEL'])"
    assert run_python(talk) == "3\n"
    assert capfd.readouterr().err == ""
    with pytest.raises(RuntimeError, match="chatter"):
        run_python(talk + "; raise SystemExit(3)")


def test_the_large_picture_is_tiled_and_as_large_as_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ki67.bench.speed.HUGE", 700)
    Image.new("RGB", (300, 300), (10, 200, 30)).save(tmp_path / "field.jpg")
    large_picture(tmp_path / "field.jpg", tmp_path / "large.tif")
    with Image.open(tmp_path / "large.tif") as large:
        assert large.size == (700, 700)
        assert 322 in large.tag_v2  # the width of a tile
