"""Slides on a cluster: the same bytes as here, also where a worker is killed in the middle of a slide; without one, no Dask."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Thread

import pytest
from made import content
from slide_networks import outlined, section, write_networks, write_slide
from tile_network import glass
from typer.testing import CliRunner

from ki67.base import cluster as base_cluster
from ki67.base.errors import InputError
from ki67.cli.main import app
from ki67.pictures.written import STATE


@pytest.fixture(scope="module")
def networks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_networks(tmp_path_factory.mktemp("networks"))


@pytest.fixture(scope="module")
def slides(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("slides")
    for number in range(3):
        write_slide(folder / f"{number}.tif", section(5 + number))
    write_slide(folder / "tiny.tif", glass(20, 20))
    return folder


def test_a_worker_killed_in_the_middle_of_a_slide_loses_nothing(cluster, slides: Path, networks: Path, tmp_path: Path) -> None:
    address, workers = cluster
    here, there = tmp_path / "here", tmp_path / "there"
    assert len(outlined([slides], here, networks).failures) == 1

    def kill_when_begun() -> None:
        while not list((there / STATE).glob("*.rows")):
            time.sleep(0.002)
        os.kill(workers[0].pid, signal.SIGKILL)

    killing = Thread(target=kill_when_begun, daemon=True)
    killing.start()
    arguments = ["slide", str(slides), "--out", str(there), "--model", str(networks), "--cluster", address]
    done = CliRunner().invoke(app, arguments)
    killing.join(1)
    assert not killing.is_alive()
    assert done.exit_code == 1 and "3 pictures scored; 1 could not be scored" in done.output
    assert "tiny.tif: 20×20 at 0.5 µm/px; 128 µm at least are needed" in done.output + done.stderr
    assert {name: data for name, data in content(there).items() if not name.endswith(".partial")} == content(here)


def test_an_address_without_a_scheduler_is_refused_in_one_line(
    slides: Path, networks: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base_cluster, "PATIENCE", 0.3)
    arguments = ["slide", str(slides), "--out", str(tmp_path / "out"), "--model", str(networks), "--cluster", "tcp://127.0.0.1:9"]
    done = CliRunner().invoke(app, arguments)
    assert isinstance(done.exception, InputError) and "no Dask scheduler answers" in str(done.exception)


def test_without_a_cluster_no_dask_is_loaded(slides: Path, networks: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from ki67.slides.command import slide_command; from pathlib import Path; "
        f"slide_command([Path({str(slides / '0.tif')!r})], Path({str(tmp_path)!r}), None, Path({str(networks)!r})); "
        "print([m for m in ('distributed', 'dask', 'tensorflow', 'keras', 'matplotlib', 'pandas') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
