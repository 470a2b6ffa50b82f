"""H&E patches as the networks see them: halved, with their cellularity and, on some, their nuclei."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ki67.base.files import whole_file

SIDE = 256  # of a published patch of 512 pixels, halved
NORMAL, LYMPHOCYTE, MALIGNANT = 0, 1, 2
KINDS = ("normal", "lymphocyte", "malignant")


@dataclass(frozen=True, eq=False)
class Nuclei:
    """Annotated centres, x before y, in pixels of the halved patch, and what each nucleus is."""

    xy: NDArray[np.float32]
    kind: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.kind)


@dataclass(frozen=True, eq=False)
class Patches:
    """Patches with what is known of each; a patch without a score has NaN there, one without nuclei none."""

    names: tuple[str, ...]
    patients: tuple[str, ...]
    images: NDArray[np.uint8]
    scores: NDArray[np.float32]
    nuclei: tuple[Nuclei, ...]

    def __len__(self) -> int:
        return len(self.names)

    def take(self, indices: Sequence[int]) -> "Patches":
        """The chosen patches, in the order given."""
        return Patches(
            tuple(self.names[i] for i in indices),
            tuple(self.patients[i] for i in indices),
            self.images[list(indices)],
            self.scores[list(indices)],
            tuple(self.nuclei[i] for i in indices),
        )


def most_kinds(patches: Patches, count: int) -> list[int]:
    """The patches to show: where the rarest kind of nucleus is most frequent, all three kinds can be seen."""
    rarest = [min(int((nuclei.kind == kind).sum()) for kind in range(len(KINDS))) for nuclei in patches.nuclei]
    return sorted(range(len(patches)), key=lambda i: -rarest[i])[:count]


def save_patches(patches: Patches, path: Path) -> None:
    """One uncompressed npz, moved into place whole."""
    with whole_file(path, ".partial.npz") as partial:
        np.savez(
            partial,
            names=np.array(patches.names),
            patients=np.array(patches.patients),
            images=patches.images,
            scores=patches.scores,
            counts=np.array([len(n) for n in patches.nuclei]),
            xy=np.concatenate([n.xy for n in patches.nuclei]).reshape(-1, 2),
            kind=np.concatenate([n.kind for n in patches.nuclei]),
        )


def load_patches(path: Path) -> Patches:
    """What `save_patches` wrote."""
    with np.load(path, allow_pickle=False) as stored:
        cuts = np.cumsum(stored["counts"])[:-1]
        pairs = zip(np.split(stored["xy"], cuts), np.split(stored["kind"], cuts), strict=True)
        nuclei = tuple(Nuclei(xy, kind) for xy, kind in pairs)
        names, patients = tuple(stored["names"].tolist()), tuple(stored["patients"].tolist())
        return Patches(names, patients, stored["images"], stored["scores"], nuclei)
