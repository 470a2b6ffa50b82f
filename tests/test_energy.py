"""What a query costs: seconds are measured, kilowatt-hours modelled, and both are told apart."""

import time

import numpy as np
import pytest

from ki67.bench import energy
from ki67.bench.energy import Cost, ask, costs, table
from ki67.data.frames import Frames
from ki67.weights import fields


def a_cost(way: str, cpu_s: float, kwh: float) -> Cost:
    return Cost(way, 10, cpu_s, cpu_s, kwh, 10.0, "cpu_load", None)


def busy(seconds: float) -> None:
    start = time.process_time()
    while time.process_time() - start < seconds:
        pass


def test_work_costs_cpu_and_waiting_does_not() -> None:
    ways = {"work": lambda pixels: busy(0.1), "wait": lambda pixels: time.sleep(0.1)}
    work, wait = costs(ways, fields(), 5, "ITA", "process")
    assert wait.cpu_s < work.cpu_s / 2
    assert wait.cpu_s < wait.wall_s
    assert work.kwh > 0
    assert work.tracking != "unknown"


def test_every_way_is_asked_the_same_pictures() -> None:
    seen: list[float] = []
    ask(lambda pixels: seen.append(float(pixels.sum())), fields(), 2 * len(fields()))
    assert seen[: len(fields())] == seen[len(fields()) :]
    assert len(set(seen)) == len(fields())


def test_ratios_are_to_the_first_way() -> None:
    rows = table([a_cost("predict", 8.0, 4e-4), a_cost("engine", 1.0, 1e-4)])
    assert [row["times_less_cpu"] for row in rows] == [1.0, 8.0]
    assert [row["times_less_kwh"] for row in rows] == pytest.approx([1.0, 4.0])
    assert rows[1]["cpu_ms_per_query"] == 100.0


def test_a_machine_without_a_meter_gives_no_joules(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setattr(energy, "RAPL", tmp_path)
    assert energy.joules() is None
    (tmp_path / "intel-rapl:0").mkdir()
    (tmp_path / "intel-rapl:0/energy_uj").write_text("2500000\n")
    assert energy.joules() == 2.5


def test_pictures_are_given_between_nought_and_one() -> None:
    seen: list[np.ndarray] = []
    frames: Frames = fields()
    ask(seen.append, frames, 1)
    assert seen[0].shape == (1, 256, 256, 3)
    assert 0 <= seen[0].min() < seen[0].max() <= 1
