"""`ki67 slide` killed at any moment, and again while it goes on: in the end its files are those of a run that nobody disturbed.

`KI67_KILLS=20 pytest tests/test_slide_kills.py` kills it as often as one likes.
"""

import multiprocessing
import os
import sys
import time
from collections.abc import Sequence
from multiprocessing.context import ForkServerContext
from pathlib import Path
from signal import SIGKILL
from typing import Any

import numpy as np
import pytest
from made import content
from slide_networks import outlined, section, write_networks, write_slide
from tile_network import glass

from ki67.slides.command import slide_command

KILLS = int(os.environ.get("KI67_KILLS", "8"))
A_FOLDER = 2  # kills, the second of them in a run that goes on after the first
STARTING = 0.02  # of a process that is forked with everything loaded


@pytest.fixture(scope="module")
def context() -> ForkServerContext:
    """Processes that start with the command loaded, so that what is disturbed is its work."""
    found = multiprocessing.get_context("forkserver")
    found.set_forkserver_preload([__name__])
    return found


@pytest.fixture(scope="module")
def slides(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("slides")
    write_slide(folder / "a.tif", section(4))
    write_slide(folder / "b.tif", section(3))
    write_slide(folder / "glass.tif", glass(700, 700))
    return folder


@pytest.fixture(scope="module")
def networks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_networks(tmp_path_factory.mktemp("networks"))


def work(*order: Any) -> None:
    """What is killed. Locks that it makes are then nobody's to clean up."""
    multiprocessing.set_start_method("fork", force=True)
    sys.exit(slide_command(*order))


def run(context: ForkServerContext, order: Sequence[object], killed_after: float | None = None) -> tuple[int | None, float]:
    """`ki67 slide` in a process of its own: how it ended, and seconds that it took."""
    process, start = context.Process(target=work, args=tuple(order)), time.monotonic()
    process.start()
    process.join(killed_after)
    process.kill()
    process.join()
    return process.exitcode, time.monotonic() - start


def whole(out: Path) -> dict[str, bytes]:
    """What is there but for what was not yet put in its place."""
    return {name: data for name, data in content(out).items() if ".partial" not in name}


@pytest.mark.slow
def test_killed_at_random_moments_it_ends_in_the_same_bytes(
    context: ForkServerContext, slides: Path, networks: Path, tmp_path: Path
) -> None:
    def order(out: Path) -> Sequence[object]:
        return [slides], out, None, networks

    run(context, order(tmp_path / "first"))
    code, seconds = run(context, order(tmp_path / "undisturbed"))
    undisturbed = whole(tmp_path / "undisturbed")
    assert code == 0
    assert {"slides.csv", "a.geojson", "b.mask.tif", "report.html"} <= set(undisturbed)
    ends, states = list[int | None](), set[frozenset[str]]()
    for number, moments in enumerate(np.random.default_rng(15).uniform(STARTING, seconds, (KILLS // A_FOLDER, A_FOLDER))):
        out = tmp_path / str(number)
        for moment in moments:
            ends.append(run(context, order(out), moment)[0])
            states.add(frozenset(content(out)) if out.is_dir() else frozenset())
        assert outlined([slides], out, networks).exit_code == 0
        assert whole(out) == undisturbed, f"after kills at {moments} s"
    assert -SIGKILL in ends and len(states) > 1  # it did meet it at work, and not always at the same
