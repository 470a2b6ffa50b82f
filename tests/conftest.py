"""What several tests need."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from made import write_sample
from tile_network import scored, write_network, write_sections

ROOT = Path(__file__).parents[1]


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """Four pictures of two patients to train on, two of a third to test on."""
    root = tmp_path / "shidc"
    for stem in ("p1_0001_1", "p1_0002_1", "p2_0001_1", "p2_0002_1"):
        write_sample(root / "Train", stem, [{"x": 10, "y": 20, "label_id": 1}, {"x": "30", "y": "40", "label_id": "2"}])
    for stem in ("p3_0001_1", "p3_0002_1"):
        write_sample(root / "Test", stem, [{"x": 5, "y": 6, "label_id": 3}])
    return root


@pytest.fixture(scope="session")
def purple_network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up network of H&E patches whose score is the share of dark purple pixels."""
    return write_network(tmp_path_factory.mktemp("purple"))


@pytest.fixture(scope="session")
def sections(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures in the colours that this network knows."""
    return write_sections(tmp_path_factory.mktemp("sections"))


@pytest.fixture(scope="session")
def graded(sections: Path, purple_network: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `ki67 cellularity` writes of them."""
    out = tmp_path_factory.mktemp("out")
    assert scored([sections], out, purple_network).exit_code == 0
    return out


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and two workers, each a process of its own."""
    from distributed import Client

    file = tmp_path / "scheduler.json"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "tests")))}
    common = ["--scheduler-file", str(file), "--no-dashboard"]
    scheduler = [sys.executable, "-m", "distributed.cli.dask_scheduler", *common, "--port", "0"]
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", *common, "--nthreads", "1", "--no-nanny"]
    with open(tmp_path / "log", "wb") as log:
        processes = [subprocess.Popen(scheduler, stderr=log, env=environment)]
        while not file.is_file():
            time.sleep(0.1)
        processes += [subprocess.Popen(worker, stderr=log, env=environment, cwd=tmp_path) for _ in range(2)]
        with Client(scheduler_file=str(file)) as client:
            client.wait_for_workers(2, timeout=60)
            address = client.scheduler.address
        yield address, processes[1:]
        for process in processes:
            process.kill()
            process.wait()
