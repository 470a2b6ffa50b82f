"""Who is held out with whom: patients where they are told, else pictures, in a few folds of about one size."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Unit = Literal["patient", "picture"]


@dataclass(frozen=True)
class Groups:
    """Whose each frame is, what stands for one draw of chance, and why it is no patient where it is none."""

    owners: tuple[str, ...]
    unit: Unit
    why: str = ""

    @property
    def who(self) -> list[str]:
        """Each owner once, sorted."""
        return sorted(set(self.owners))

    def counted(self) -> str:
        """How many there are, in words."""
        return f"{len(self.who)} {self.unit}s"


def groups_of(names: Sequence[str], patients: Sequence[str]) -> Groups:
    """By patient where names tell of several; a name without an underscore tells none."""
    if all(patient == name for name, patient in zip(names, patients, strict=True)):
        return Groups(tuple(names), "picture", "no name tells a patient (p<patient>_<field>_<crop>)")
    if len(set(patients)) == 1:
        return Groups(tuple(names), "picture", f"all are of patient {patients[0]}: what holds for others is not known")
    return Groups(tuple(patients), "patient")


def folds_of(groups: Groups, most: int) -> list[NDArray[np.intp]]:
    """The frames of each fold. The largest owner comes first, and each goes where fewest frames are: no owner is in two folds."""
    sizes = Counter(groups.owners)
    parts: list[set[str]] = [set() for _ in range(min(most, len(sizes)))]
    for owner in sorted(sizes, key=lambda owner: (-sizes[owner], owner)):
        min(parts, key=lambda part: sum(sizes[other] for other in part)).add(owner)
    return [np.flatnonzero([owner in part for owner in groups.owners]) for part in parts]
