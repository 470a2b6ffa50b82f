"""How far a network's index is off by itself, told by simulated fields of laboratories that it has not seen; kept in its file.

Each patient is of a laboratory whose pictures differ in one thing from those of training: a step of a shift of the robustness
chapter, next to none on either side. The patients have a seed of their own; nothing is trained on them.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from pydantic import JsonValue

from ki67.base.tables import write_json
from ki67.cells.scores import score
from ki67.cells.uncertainty import Judged, ScorerError, calibrated, pooled_cases, usable
from ki67.container.container import read, write
from ki67.data.frames import Frames
from ki67.data.framing import build_frames
from ki67.data.shidc import read_part
from ki67.engine.model import ERROR, Model, load_model
from ki67.pictures.regions import Pixels
from ki67.score.same_cells import cells_of
from ki67.score.shifts import SHIFTS, Shift
from ki67.score.sliding import Finder
from ki67.simulate import Cohort, write_cohort

COHORT = Cohort(patients=60, fields_per_patient=4, test_patients=1, test_fields_per_patient=1, seed=9100, test_seed=9101)
FIELDS, KEPT = Path("build/calibration"), Path("release/index_error.json")
FOLDS = 5  # parts of the patients; each is judged by the error that the others tell
DIGITS = 4  # of a variance, that count
Fields = Sequence[tuple[str, Judged]]


@dataclass(frozen=True)
class Reliability:
    """How many labelled indices intervals hold, of patients from whom the error was not told."""

    number: int
    held: float
    held_by_counting: float
    times_as_wide: float  # as the intervals of counting alone


def calibrate(network: Path, kept: Path | None = None, fields: Path = FIELDS) -> ScorerError:
    """Put a network's own error into its file, in the place of what it said before; how far it is to be trusted, beside it.

    Fields that are there are not made again.
    """
    write_cohort(fields, COHORT)
    judged = judged_fields(load_model(network), build_frames(read_part(fields / "Train")))
    error = calibrated(judged)
    stored = read(network)
    told: JsonValue = {name: float(f"{value:.{DIGITS}g}") for name, value in asdict(error).items()}
    write(replace(stored, description=stored.description | {ERROR: told}), network)
    if kept:
        cohort = {"patients": COHORT.patients, "fields_each": COHORT.fields_per_patient}
        write_json({**cohort, "error": told, **{name: asdict(found) for name, found in reliability(judged).items()}}, kept)
    return error


def judged_fields(model: Model, frames: Frames) -> Fields:
    """What is counted in fields as other laboratories would show them, against their labels."""
    with closing(Finder(model.network("float32", lambda: frames.images[:8]), model.detector)) as finder:
        counted = [score(cells_of(finder, picture)) for picture in elsewhere(frames)]
    judged = [Judged(score(truth), found) for truth, found in zip(frames.cells, counted, strict=True)]
    return list(zip(frames.patients, judged, strict=True))


def elsewhere(frames: Frames) -> Iterator[Pixels]:
    """Each patient's fields with that patient's shift."""
    changes = laboratories()
    number = {patient: place for place, patient in enumerate(dict.fromkeys(frames.patients))}
    for patient, image in zip(frames.patients, frames.images, strict=True):
        shift, step = changes[number[patient] % len(changes)]
        yield shift.change(image, step)


def laboratories() -> list[tuple[Shift, float]]:
    """The steps beside that at which a shift changes nothing."""
    found = []
    for shift in SHIFTS:
        here = shift.steps.index(shift.none)
        found += [(shift, shift.steps[near]) for near in (here - 1, here + 1) if 0 <= near < len(shift.steps)]
    return found


def reliability(fields: Fields) -> dict[str, Reliability]:
    """Of single fields and of cases."""
    parts = list(in_turn(usable(fields)))
    return {
        "fields": _reliability(parts, lambda these: [field for _, field in these]),
        "cases": _reliability(parts, pooled_cases),
    }


def in_turn(fields: Fields) -> Iterator[tuple[Fields, ScorerError]]:
    """A part of the patients, and the error that all others tell."""
    patients = list(dict.fromkeys(who for who, _ in fields))
    for first in range(FOLDS):
        these = set(patients[first::FOLDS])
        yield [each for each in fields if each[0] in these], calibrated([each for each in fields if each[0] not in these])


def _reliability(parts: Sequence[tuple[Fields, ScorerError]], units: Callable[[Fields], list[Judged]]) -> Reliability:
    rows = []
    for fields, error in parts:
        for each in units(fields):
            (low, high), (first, last) = each.interval(error), each.interval(None)
            rows.append((each.held(error), each.held(None), high - low, last - first))
    held, by_counting, width, counting_width = np.array(rows, np.float64).mean(axis=0).tolist()
    return Reliability(len(rows), round(held, 3), round(by_counting, 3), round(width / counting_width, 2))
