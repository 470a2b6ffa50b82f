"""`ki67 cellularity`: H&E pictures in, their cellularity tile by tile out, under the contract of `ki67 score`."""

import hashlib
import json
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from ki67.base.files import write_whole
from ki67.pictures.batch import Done, check_writable, score_each, versions
from ki67.pictures.drawing import thumbnail, write_png
from ki67.pictures.header import MOST_PIXELS, header
from ki67.pictures.inputs import Picture, pictures
from ki67.pictures.page import Origin, cautions
from ki67.tiles.drawing import with_legend
from ki67.tiles.model import Model
from ki67.tiles.report import write_report
from ki67.tiles.results import Kept, Result, write_tables
from ki67.tiles.scorer import Scorer

OTHERS = ("scores.csv",)  # tables of a command that would write its pictures and its report to the same names


@dataclass(frozen=True)
class Job:
    """What a user asked for."""

    paths: Sequence[Path]
    out: Path
    um_per_px: float | None = None
    most_pixels: int = MOST_PIXELS


def score_pictures(job: Job, model: Model) -> Done[Result]:
    """Score what is not done yet, then write the tables and the report over all."""
    wanted = pictures(job.paths)
    check_writable(job.out, OTHERS)
    kept = Kept(job.out, key(job, model))
    known = {picture: result for picture in wanted if (result := kept.of(picture))}

    def ready(side_by_side: int) -> Callable[[Picture], Result]:
        scorer = Scorer(model, job.um_per_px, side_by_side)
        return lambda picture: _one(picture, job, scorer, kept)

    done = score_each(wanted, known, ready)
    if done.results:
        write_all(done, job, model, kept)
    return done


def _one(picture: Picture, job: Job, scorer: Scorer, kept: Kept) -> Result:
    found = scorer.score(picture.name, header(picture.path, job.most_pixels))
    target = job.out / f"{picture.name}.png"
    target.parent.mkdir(parents=True, exist_ok=True)
    write_png(with_legend(found.drawn), target)
    kept.keep(picture, found.result, found.tiles, found.size, thumbnail(found.drawn))
    return found.result


def key(job: Job, model: Model) -> str:
    """All that decides what is found in a picture, beside the picture."""
    text = json.dumps(["cellularity", model.digest, job.um_per_px, version("ki67")])
    return hashlib.sha256(text.encode()).hexdigest()


def write_all(done: Done[Result], job: Job, model: Model, kept: Kept) -> None:
    """The tables, the report, and how they were made."""
    write_tables(done.results, kept, job.out)
    write_whole(job.out / "run.json", [json.dumps(run_record(job, model), indent=2) + "\n"])
    made = f"ki67 {version('ki67')}, model {model.digest[:12]}; the columns are explained in the book of ki67."
    network = f"The network {model.described.architecture} was trained on {model.described.trained_on} data."
    origin = Origin(network, cautions(model.described.trained_on), made)
    write_report(done.results, done.failures, kept, origin, job.out)


def run_record(job: Job, model: Model) -> dict[str, object]:
    """Enough to do it again; nothing in it changes when it is done again."""
    described = model.described
    return {
        "command": "cellularity",
        "paths": [str(path) for path in job.paths],
        "um_per_px": job.um_per_px,
        "max_pixels": job.most_pixels,
        "model": {
            "folder": model.path.name,
            "sha256": model.digest,
            "architecture": described.architecture,
            "um_per_px": described.um_per_px,
            "trained_on": described.trained_on,
            "source": described.source,
        },
        "warnings": cautions(described.trained_on),
        "precision": "float32",
        "python": platform.python_version(),
        "packages": versions(),
    }
