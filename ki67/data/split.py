"""Who is trained on and who validates: the published split by picture, and the honest one by patient."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ki67.data.samples import Sample
from ki67.errors import InputError

Kind = Literal["published", "by_patient"]
VALIDATION_SHARE = 0.2
PUBLISHED_SEED = 4


@dataclass(frozen=True)
class Split:
    """The two sides; together they are all samples given."""

    train: tuple[Sample, ...]
    validation: tuple[Sample, ...]

    @property
    def shared_patients(self) -> tuple[str, ...]:
        """Patients who stand on both sides and so leak from one into the other."""
        both = {s.patient for s in self.train} & {s.patient for s in self.validation}
        return tuple(sorted(both))


def published(samples: Sequence[Sample]) -> Split:
    """Sort by file name, shuffle with `random.Random(4)`, take the first fifth to validate: the public code's split."""
    order = sorted(samples, key=lambda s: s.image.name)
    random.Random(PUBLISHED_SEED).shuffle(order)
    cut = int(VALIDATION_SHARE * len(order))
    return Split(train=tuple(order[cut:]), validation=tuple(order[:cut]))


def by_patient(samples: Sequence[Sample], seed: int = PUBLISHED_SEED) -> Split:
    """Whole patients, in a seeded order, validate until they hold a fifth of the pictures; nobody stands on both sides."""
    patients = sorted({s.patient for s in samples})
    if len(patients) < 2:
        only = patients[0] if patients else "none"
        raise InputError(f"one patient only ({only}): a split by patient needs two; set split.kind: published")
    random.Random(seed).shuffle(patients)
    chosen: set[str] = set()
    for patient in patients[:-1]:
        if sum(s.patient in chosen for s in samples) >= VALIDATION_SHARE * len(samples):
            break
        chosen.add(patient)
    ordered = sorted(samples, key=lambda s: s.image.name)
    return Split(
        train=tuple(s for s in ordered if s.patient not in chosen),
        validation=tuple(s for s in ordered if s.patient in chosen),
    )


SPLITS = {"published": published, "by_patient": by_patient}
