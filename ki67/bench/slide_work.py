"""One slide in a process of its own: what `ki67 slide` does from its pixels to the refined map, timed part by part."""

import json
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from statistics import median
from typing import TypeVar

import numpy as np

from ki67.bench.child import run_python
from ki67.bench.memory import of_this_process
from ki67.pictures.header import header
from ki67.pictures.slide import open_slide
from ki67.slides.grid import Floats
from ki67.slides.model import load_slide_model
from ki67.slides.names import Numbers
from ki67.slides.scorer import SlideScorer

CHILD = "import sys; from ki67.bench.slide_work import tell; tell(*sys.argv[1:])"
Result = TypeVar("Result")


@dataclass(frozen=True)
class Work:
    """What a slide took: seconds of each part and of all, patches, and megabytes of the process at its peak."""

    ready_s: float  # until the networks could be asked: not in the total, since it is once for all slides
    mask_s: float
    patchwise_s: float
    refinement_s: float
    total_s: float
    cpu_s: float  # of all cores, for the total
    patches: int
    patches_per_s: float  # end to end
    peak_mb: float


def tell(networks: str, slide: str, refined: str, numbers: Numbers) -> None:
    """The program of the child: it prints its work and keeps the refined map."""
    work, found = worked(Path(networks), Path(slide), numbers)
    np.save(refined, found)
    print(json.dumps(asdict(work)))


def worked(networks: Path, path: Path, numbers: Numbers) -> tuple[Work, Floats]:
    """A slide in this process."""
    with tempfile.TemporaryDirectory() as kept, open_slide(path) as slide:
        scorer, ready_s = timed(lambda: SlideScorer(load_slide_model(networks).computed_in(numbers), Path(kept)))
        with scorer:
            before = time.process_time()
            tissue, mask_s = timed(lambda: scorer.tissue(slide))
            (heat, _), patchwise_s = timed(lambda: scorer.heat("slide", header(path), slide, tissue))
            refined, refinement_s = timed(lambda: scorer.refined(slide, heat))
            cpu_s = time.process_time() - before
    patches, total_s = len(tissue.patches), mask_s + patchwise_s + refinement_s
    peak_mb = of_this_process().peak / 1024
    return Work(ready_s, mask_s, patchwise_s, refinement_s, total_s, cpu_s, patches, patches / total_s, peak_mb), refined


def timed(call: Callable[[], Result]) -> tuple[Result, float]:
    """What comes of it, and seconds by the clock."""
    start = time.perf_counter()
    return call(), time.perf_counter() - start


def middle(works: Sequence[Work]) -> Work:
    """The median of each figure."""
    return Work(*(median(getattr(work, field.name) for work in works) for field in fields(Work)))


def apart(networks: Path, slide: Path, numbers: Numbers) -> tuple[Work, Floats]:
    """A slide in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        refined = Path(folder, "refined.npy")
        printed = run_python(CHILD, str(networks), str(slide), str(refined), numbers)
        return Work(**json.loads(printed.splitlines()[-1])), np.load(refined)
