"""`ki67 score`: pictures in, cells and scores out. What is done stays done; what fails is said, and the others go on."""

import hashlib
import json
import platform
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from tqdm import tqdm

from ki67.engine.model import Model
from ki67.engine.precision import Precision
from ki67.errors import InputError
from ki67.files import write_whole
from ki67.scores import CutOffs
from ki67.scoring.drawing import thumbnail, write_png
from ki67.scoring.finding import CORES
from ki67.scoring.opening import MOST_PIXELS, header
from ki67.scoring.pictures import Picture, pictures
from ki67.scoring.pixels import AT_ONCE
from ki67.scoring.report import write_report
from ki67.scoring.results import Kept, Result, write_tables
from ki67.scoring.scorer import Scorer

PACKAGES = ("ki67", "openvino", "numpy", "scipy", "scikit-image", "pillow")


@dataclass(frozen=True)
class Job:
    """What a user asked for."""

    paths: Sequence[Path]
    out: Path
    um_per_px: float | None
    cut_offs: CutOffs
    most_pixels: int = MOST_PIXELS


@dataclass
class Done:
    """What came of it."""

    results: list[Result] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    skipped: int = 0
    interrupted: bool = False

    @property
    def code(self) -> int:
        """0 where all went well, 1 where some pictures failed, 2 where nothing was done."""
        return 0 if not (self.failures or self.interrupted) else 1 if self.results else 2


def score_pictures(job: Job, model: Model, precision: Precision) -> Done:
    """Score what is not done yet, then write the tables and the report over all."""
    wanted = pictures(job.paths)
    check_writable(job.out)
    kept, done = Kept(job.out, key(job, model, precision)), Done()
    known = {picture.name: result for picture in wanted if (result := kept.of(picture))}
    done.skipped = len(known)
    waiting = [picture for picture in wanted if picture.name not in known]
    try:
        scorer = Scorer(model, precision, job.um_per_px, at_once(waiting)) if waiting else None
        for picture, found in _scored(waiting, job, scorer, kept) if scorer else ():
            if isinstance(found, str):
                done.failures.append(found)
            else:
                known[picture.name] = found
    except KeyboardInterrupt:
        done.interrupted = True
    done.results = [known[picture.name] for picture in wanted if picture.name in known]
    if done.results:
        write_all(done, job, model, precision, kept)
    return done


def at_once(waiting: Sequence[Picture]) -> int:
    """How many windows are worth running side by side: a single small picture is one, and memory is saved."""
    try:
        small = len(waiting) == 1 and header(waiting[0].path).pixels <= AT_ONCE
    except InputError:
        small = True
    return 1 if small else CORES


def _scored(wanted: Sequence[Picture], job: Job, scorer: Scorer, kept: Kept) -> Iterator[tuple[Picture, Result | str]]:
    """Each picture's result, or why there is none, in order; as many at once as there are cores."""
    workers = ThreadPoolExecutor(CORES)
    under_way = {picture: workers.submit(_one, picture, job, scorer, kept) for picture in wanted}
    try:
        for picture in tqdm(wanted, desc="scored", unit="picture", disable=None):
            try:
                yield picture, under_way.pop(picture).result()
            except InputError as error:
                yield picture, str(error)
            except OSError as error:
                yield picture, f"{picture.path}: not written ({error.strerror or error}); make room or name another folder"
    finally:
        workers.shutdown(cancel_futures=True)


def _one(picture: Picture, job: Job, scorer: Scorer, kept: Kept) -> Result:
    found = scorer.score(scorer.open(picture.name, header(picture.path, job.most_pixels)))
    target = job.out / picture.name
    target.parent.mkdir(parents=True, exist_ok=True)
    write_png(found.drawn, target.with_name(f"{target.name}.png"))
    found.cells.to_geojson(target.with_name(f"{target.name}.geojson"), picture.name)
    kept.keep(picture, found.result, found.cells, thumbnail(found.drawn))
    return found.result


def check_writable(out: Path) -> None:
    """Say so before the work where the results would have no place."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        trial = out / ".ki67-trial"
        trial.touch()
        trial.unlink()
    except OSError as error:
        raise InputError(f"{out}: cannot be written to ({error.strerror}); name another folder with --out") from error


def key(job: Job, model: Model, precision: Precision) -> str:
    """All that decides what is found in a picture, beside the picture."""
    text = json.dumps([model.digest, precision, job.um_per_px, version("ki67")])
    return hashlib.sha256(text.encode()).hexdigest()


def write_all(done: Done, job: Job, model: Model, precision: Precision, kept: Kept) -> None:
    """The tables, the report, and how they were made."""
    write_tables(done.results, kept, job.cut_offs, job.out)
    record = run_record(job, model, precision)
    write_whole(job.out / "run.json", [json.dumps(record, indent=2) + "\n"])
    made = f"ki67 {version('ki67')}, model {model.digest[:12]}, {precision}; the columns are explained in the book of ki67."
    origin = f"The network was trained on {model.description.trained_on} data ({model.path.name})."
    write_report(done.results, done.failures, kept, job.cut_offs, {"origin": origin, "made": made}, job.out)


def run_record(job: Job, model: Model, precision: Precision) -> dict[str, object]:
    """Enough to do it again; nothing in it changes when it is done again."""
    return {
        "paths": [str(path) for path in job.paths],
        "um_per_px": job.um_per_px,
        "cut_offs": job.cut_offs.name,
        "max_pixels": job.most_pixels,
        "model": {"file": model.path.name, "sha256": model.digest, "trained_on": model.description.trained_on},
        "precision": precision,
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
    }
