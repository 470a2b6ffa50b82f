"""The study in its smallest profile, in a clone of its own: it runs, rests when nothing changed, and mends itself."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ki67.base.state import STATE
from ki67.study.pipeline import clone, repro, stages_of

TRAININGS = ("train", "backends@pathonet", "compress@cws-256", "regress@xception_classes", "patchwise@mobilenetv2", "refine@unet")
pytestmark = pytest.mark.study


@pytest.fixture(scope="module")
def smoke(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("study") / "smoke"
    clone("smoke", folder)
    return folder


@pytest.fixture(scope="module", autouse=True)
def every_thread() -> Iterator[None]:
    """The study computes with all threads, as `make reproduce` does, also where the tests beside it have one each."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS"):
            patch.delenv(name, raising=False)
        yield


def start(folder: Path) -> subprocess.Popen[bytes]:
    environment = os.environ | {"PYTHONPATH": str(folder)}
    command = [sys.executable, "-m", "dvc", "repro"]
    return subprocess.Popen(command, cwd=folder, env=environment, start_new_session=True)


def kill_when(folder: Path, pattern: str) -> dict[Path, int]:
    """Start the study and kill all of it, without a chance to tidy up, once a file of unfinished work is there; such files then
    there, and when each was written."""
    process = start(folder)
    deadline = time.monotonic() + 900
    while not list((folder / STATE).glob(pattern)):
        assert process.poll() is None, "the study ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return {path: path.stat().st_mtime_ns for path in (folder / STATE).glob(pattern)}


def metrics_of(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted((folder / "metrics").rglob("*.*")) if path.is_file()}


def test_the_study_survives_kills_and_runs_to_its_end(smoke: Path) -> None:
    rendered = kill_when(smoke, "simulate-*/Train/*.json")
    kill_when(smoke, "train-*/*/curve.json")
    for path, written in rendered.items():
        assert (smoke / "generated/shidc/Train" / path.name).stat().st_mtime_ns == written
    trials = kill_when(smoke, "compress-*/*.json")
    ran = repro(smoke)
    assert rendered and trials
    assert [path.stat().st_mtime_ns for path in trials] == list(trials.values())
    stages = stages_of(smoke)
    assert "compress" in ran
    assert not {*stages[: stages.index("compress")]} & {*ran}
    assert ran[-1] == "claims"
    found = json.loads((smoke / "metrics/evaluation.json").read_text())
    assert found["images"] == 6
    assert found["detection"]["classical"]["strict"]["any"]["f1"] > found["detection"]["chance"]["strict"]["any"]["f1"]


def test_run_again_nothing_runs(smoke: Path) -> None:
    before = metrics_of(smoke)
    assert repro(smoke) == []
    assert metrics_of(smoke) == before


def test_a_tampered_field_is_restored(smoke: Path) -> None:
    field = sorted((smoke / "data/shidc/Test").glob("*.jpg"))[0]
    original = field.read_bytes()
    field.write_bytes(b"tampered")
    assert repro(smoke) == []
    assert field.read_bytes() == original


def test_trainings_from_the_beginning_give_the_same_bytes(smoke: Path) -> None:
    """One of each kind: of cells, unbroken this time; of PathoNet; of a codebook; of cellularity; of patches; of sections."""
    before = metrics_of(smoke)
    shutil.rmtree(smoke / STATE)
    command = [sys.executable, "-m", "dvc", "repro", "--single-item", "--force", *TRAININGS]
    subprocess.run(command, cwd=smoke, check=True, env=os.environ | {"PYTHONPATH": str(smoke)})
    assert metrics_of(smoke) == before
    assert repro(smoke) == []


def test_every_stage_left_its_results(smoke: Path) -> None:
    for stage in stages_of(smoke):
        for folder, suffix in (("book/executed", "ipynb"), ("measurements", "json")):
            assert [*(smoke / folder).glob(f"{stage}.{suffix}"), *(smoke / folder).glob(f"{stage}-*.{suffix}")]
