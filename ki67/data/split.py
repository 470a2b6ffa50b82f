"""Who is trained on and who validates: the published split by picture, and the honest one by patient."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ki67.base.errors import InputError
from ki67.data.samples import Sample

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
    chosen = set_aside([s.patient for s in samples], VALIDATION_SHARE, seed)
    ordered = sorted(samples, key=lambda s: s.image.name)
    return Split(
        train=tuple(s for s in ordered if s.patient not in chosen),
        validation=tuple(s for s in ordered if s.patient in chosen),
    )


def set_aside(owners: Sequence[str], share: float, seed: int, left: int = 1) -> frozenset[str]:
    """Patients, in a seeded order, until they hold the share of the pictures whose owners are given; so many are left over."""
    patients = sorted(set(owners))
    random.Random(seed).shuffle(patients)
    chosen: set[str] = set()
    for patient in patients[:-left]:
        if sum(owner in chosen for owner in owners) >= share * len(owners):
            break
        chosen.add(patient)
    return frozenset(chosen)


def two_parts(owners: Sequence[str], share: float, seed: int) -> dict[str, list[int]]:
    """Whose pictures train and validate, as indices, where nothing is tested."""
    if len(set(owners)) < 2:
        raise InputError(f"{len(set(owners))} patient(s) only: training and validation need one each")
    validation = set_aside(owners, share, seed)
    return _indices(["validation" if owner in validation else "train" for owner in owners], ("train", "validation"))


def three_parts(owners: Sequence[str], share: float, seed: int) -> dict[str, list[int]]:
    """Whose pictures train, validate and test, as indices: the share of patients tests, and of the rest validates.

    However unevenly pictures are spread over patients, two patients are left when test is drawn: no part is empty.
    """
    if len(set(owners)) < 3:
        raise InputError(f"{len(set(owners))} patient(s) only: training, validation and test need one each")
    test = set_aside(owners, share, seed, left=2)
    validation = set_aside([owner for owner in owners if owner not in test], share, seed)
    where = ["test" if owner in test else "validation" if owner in validation else "train" for owner in owners]
    return _indices(where, ("train", "validation", "test"))


def _indices(where: Sequence[str], parts: Sequence[str]) -> dict[str, list[int]]:
    return {part: [i for i, place in enumerate(where) if place == part] for part in parts}


SPLITS = {"published": published, "by_patient": by_patient}
