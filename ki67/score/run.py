"""`ki67 score`: pictures in, cells and scores out. What is done stays done; what fails is said, and the others go on."""

import hashlib
import json
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from ki67.base.files import write_whole
from ki67.cells.scores import CutOffs
from ki67.engine.model import Model
from ki67.engine.names import Precision
from ki67.pictures.batch import Done, check_writable, score_each, versions
from ki67.pictures.drawing import thumbnail, write_png
from ki67.pictures.header import MOST_PIXELS, header
from ki67.pictures.inputs import Picture, pictures
from ki67.pictures.page import Origin, cautions
from ki67.score.report import write_report
from ki67.score.results import Kept, Result, write_tables
from ki67.score.scorer import Scorer

OTHERS = ("cellularity.csv",)  # tables of a command that would write its pictures and its report to the same names


@dataclass(frozen=True)
class Job:
    """What a user asked for."""

    paths: Sequence[Path]
    out: Path
    um_per_px: float | None
    cut_offs: CutOffs
    most_pixels: int = MOST_PIXELS


def score_pictures(job: Job, model: Model, precision: Precision) -> Done[Result]:
    """Score what is not done yet, then write the tables and the report over all."""
    wanted = pictures(job.paths)
    check_writable(job.out, OTHERS)
    kept = Kept(job.out, key(job, model, precision))
    known = {picture: result for picture in wanted if (result := kept.of(picture))}

    def ready(side_by_side: int) -> Callable[[Picture], Result]:
        scorer = Scorer(model, precision, job.um_per_px, side_by_side)
        return lambda picture: _one(picture, job, scorer, kept)

    done = score_each(wanted, known, ready)
    if done.results:
        write_all(done, job, model, precision, kept)
    return done


def _one(picture: Picture, job: Job, scorer: Scorer, kept: Kept) -> Result:
    found = scorer.score(scorer.open(picture.name, header(picture.path, job.most_pixels)))
    target = job.out / picture.name
    target.parent.mkdir(parents=True, exist_ok=True)
    write_png(found.drawn, target.with_name(f"{target.name}.png"))
    found.cells.to_geojson(target.with_name(f"{target.name}.geojson"), picture.name)
    kept.keep(picture, found.result, found.cells, thumbnail(found.drawn))
    return found.result


def key(job: Job, model: Model, precision: Precision) -> str:
    """All that decides what is found in a picture, beside the picture."""
    text = json.dumps([model.digest, precision, job.um_per_px, version("ki67")])
    return hashlib.sha256(text.encode()).hexdigest()


def write_all(done: Done[Result], job: Job, model: Model, precision: Precision, kept: Kept) -> None:
    """The tables, the report, and how they were made."""
    write_tables(done.results, kept, job.cut_offs, job.out)
    record = run_record(job, model, precision)
    write_whole(job.out / "run.json", [json.dumps(record, indent=2) + "\n"])
    made = f"ki67 {version('ki67')}, model {model.digest[:12]}, {precision}; the columns are explained in the book of ki67."
    network = f"The network was trained on {model.description.trained_on} data ({model.path.name})."
    origin = Origin(network, cautions(model.description.trained_on), made)
    write_report(done.results, done.failures, kept, job.cut_offs, origin, job.out)


def run_record(job: Job, model: Model, precision: Precision) -> dict[str, object]:
    """Enough to do it again; nothing in it changes when it is done again."""
    return {
        "paths": [str(path) for path in job.paths],
        "um_per_px": job.um_per_px,
        "cut_offs": job.cut_offs.name,
        "max_pixels": job.most_pixels,
        "model": {"file": model.path.name, "sha256": model.digest, "trained_on": model.description.trained_on},
        "warnings": cautions(model.description.trained_on),
        "precision": precision,
        "python": platform.python_version(),
        "packages": versions(),
    }
