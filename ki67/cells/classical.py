"""The classical row: colour deconvolution and blobs, tuned like the network, so that it has something honest to beat."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ki67.base.errors import InputError
from ki67.cells.cells import LABELS, NEGATIVE, POSITIVE, TIL, Cells
from ki67.cells.geometry import peak_pixels
from ki67.cells.metrics import Match, pooled

# Optical density of haematoxylin and of DAB in red, green, blue (Ruifrok and Johnston 2001), unit length.
STAINS = np.array([[0.650, 0.704, 0.286], [0.268, 0.570, 0.776]])
FAINTEST = 0.02
SMALLER = 1.5


@dataclass(frozen=True)
class BlobSearch:
    """How a field is searched for blobs: nuclear sizes from `radius` to `radius` × `spread`, in pixels of the network frame."""

    radius: float = 4.5
    spread: float = 1.0
    saturation: float = 1.0
    blur: float = 1.5
    min_distance: int = 4


@dataclass(frozen=True)
class Classical:
    """Every choice of the baseline is a setting, so that all are made on validation; the defaults are where the search starts."""

    look: BlobSearch = BlobSearch()  # named as in the stored settings
    contrast: float = 0.12
    dab_share: float = 0.5
    dab_strength: float = 0.10
    til_haematoxylin: float = 0.5
    til_compactness: float = 1.0

    def __call__(self, image: NDArray[np.uint8]) -> Cells:
        """The cells of one field, in its own pixels: the network frame."""
        return self.classify(find_blobs(image, self.look))

    def classify(self, blobs: "Blobs") -> Cells:
        """Strong enough blobs: brown ones are positive, dark compact blue ones lymphocytes, the others negative."""
        share = blobs.dab / np.maximum(blobs.dab + blobs.haematoxylin, 1e-6)
        positive = (share >= self.dab_share) & (blobs.dab >= self.dab_strength)
        til = (blobs.haematoxylin >= self.til_haematoxylin) & (blobs.compactness >= self.til_compactness)
        label = np.select([positive, til], [POSITIVE, TIL], NEGATIVE)
        confidence = np.clip(blobs.contrast, 0, 1)
        return Cells.of_points(blobs.xy, label, "network", confidence).where(blobs.contrast >= self.contrast)


@dataclass(frozen=True)
class Blobs:
    """Dark round places of one field and what is measured at each."""

    xy: NDArray[np.float32]
    contrast: NDArray[np.float32]
    haematoxylin: NDArray[np.float32]
    dab: NDArray[np.float32]
    compactness: NDArray[np.float32]


def load_classical(path: Path) -> Classical:
    """Tuned settings as the stage wrote them: `asdict` of a `Classical`, as JSON."""
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        return Classical(**{**stored, "look": BlobSearch(**stored["look"])})
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise InputError(f"{path}: no settings of the classical row ({error}); run the stage `classical` again") from error


def stain_strengths(image: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Haematoxylin and DAB at every pixel (2, height, width), the field's own white taken as no stain at all."""
    white = np.percentile(image.reshape(-1, 3), 95, axis=0)
    density = -np.log10(np.clip((image + 1.0) / (white + 1.0), None, 1.0))
    strengths = density @ np.linalg.pinv(STAINS / np.linalg.norm(STAINS, axis=1, keepdims=True))
    return np.moveaxis(np.clip(strengths, 0, None), -1, 0)


def find_blobs(image: NDArray[np.uint8], search: BlobSearch) -> Blobs:
    """Maxima of the scale-normalised Laplacian of all stain together, over the sizes of nucleus looked for."""
    haematoxylin, dab = stain_strengths(image)
    # Saturating, so that one black nucleus does not outshine ten pale ones.
    stain = np.tanh((haematoxylin + dab) / search.saturation)
    sizes = np.unique(search.radius * np.array([1.0, np.sqrt(search.spread), search.spread]))
    contrast = np.max([_response(stain, size) for size in sizes], axis=0)
    peaks = peak_pixels(contrast.astype(np.float32), contrast >= FAINTEST, search.min_distance)
    y, x = np.divmod(peaks, image.shape[1])

    def at(values: NDArray[np.float64]) -> NDArray[np.float32]:
        return values.ravel()[peaks].astype(np.float32)

    return Blobs(
        xy=np.stack([x, y], axis=1).astype(np.float32),
        contrast=at(contrast),
        haematoxylin=at(ndimage.gaussian_filter(haematoxylin, search.blur)),
        dab=at(ndimage.gaussian_filter(dab, search.blur)),
        compactness=at(_response(stain, search.radius / SMALLER) / np.maximum(contrast, FAINTEST)),
    )


def _response(stain: NDArray[np.float64], radius: float) -> NDArray[np.float64]:
    """A disc of this radius answers most strongly, at σ = radius/√2."""
    sigma = radius / np.sqrt(2)
    return np.asarray(-(sigma**2) * ndimage.gaussian_laplace(stain, sigma))


SEARCH_GRIDS: Mapping[str, Sequence[Any]] = {
    "radius": (3.0, 3.5, 4.0, 4.5, 5.0, 6.0),
    "spread": (1.0, 1.3, 1.7, 2.2),
    "saturation": (0.3, 0.5, 1.0, 2.0),
    "blur": (1.0, 1.5, 2.5),
    "min_distance": (3, 4, 5, 6),
}
CLASS_GRIDS: Mapping[str, Sequence[Any]] = {
    "contrast": (0.03, 0.04, 0.06, 0.08, 0.10, 0.12, 0.15, 0.20, 0.25, 0.30, 0.40),
    "dab_share": (0.20, 0.25, 0.30, 0.35, 0.40, 0.45, 0.50, 0.55, 0.60, 0.70),
    "dab_strength": (0.0, 0.03, 0.06, 0.10, 0.15, 0.20, 0.30, 0.40),
    "til_haematoxylin": (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0),
    "til_compactness": (0.0, 0.4, 0.6, 0.8, 1.0, 1.2, 1.5, 2.0),
}


def variants(settings: Classical, name: str) -> list[Classical]:
    """The same settings with one of them at every value of its grid."""
    if name in SEARCH_GRIDS:
        return [replace(settings, look=replace(settings.look, **{name: value})) for value in SEARCH_GRIDS[name]]
    return [replace(settings, **{name: value}) for value in CLASS_GRIDS[name]]


@dataclass(frozen=True)
class Tuned:
    """The settings that the search ended with, and what they score on the fields it saw."""

    settings: Classical
    f1: float


def tune_classical(
    images: Sequence[NDArray[np.uint8]], truths: Sequence[Cells], radius: float, match: Match, *, sweeps: int = 2
) -> Tuned:
    """Improve one setting after the other over its grid, `sweeps` times round; the score is the mean F1 of labelled classes."""

    @lru_cache
    def blobs(search: BlobSearch) -> list[Blobs]:
        return [find_blobs(image, search) for image in images]

    def f1(settings: Classical) -> float:
        return mean_f1(truths, [settings.classify(b) for b in blobs(settings.look)], radius, match)

    best = Tuned(Classical(), f1(Classical()))
    for _ in range(sweeps):
        before = best
        for name in (*SEARCH_GRIDS, *CLASS_GRIDS):
            tried = [Tuned(settings, f1(settings)) for settings in variants(best.settings, name)]
            best = max([best, *tried], key=lambda t: t.f1)
        if best == before:
            break
    return best


def mean_f1(truths: Sequence[Cells], found: Sequence[Cells], radius: float, match: Match) -> float:
    """The mean of the pooled F1 of the classes that are labelled at all: what the search raises."""
    by_class = [pooled(truths, found, label, match, radius) for label in LABELS]
    return float(np.mean([counts.f1 for counts in by_class if counts.labels] or [0.0]))
