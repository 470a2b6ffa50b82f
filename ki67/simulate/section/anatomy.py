"""The map of a section: pieces of breast tissue, the tumour, what imitates it, and the outline that is drawn by hand."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ki67.simulate.noise import relief
from ki67.simulate.section.kinds import MAP_UM, Kind
from ki67.simulate.section.lesions import Spots, ducts, lobules, vessels

SMOOTH_UM = 90.0  # a hand draws no finer
LEAST_UM2 = 400_000.0  # an outline round less is left out
MALIGNANT = ((0.45, 0.70), (0.50, 0.75), (0.55, 0.85))  # of the outlined tumour, by grade

Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Anatomy:
    """What is where, a pixel eight micrometres: a kind of tissue each, and whether it lies within the tumour's outline."""

    kinds: NDArray[np.uint8]
    outline: Bools
    grade: int


def lay_out(grade: int, side_um: float, rng: np.random.Generator) -> Anatomy:
    """A section with one tumour, sometimes with a second focus; everything but malignant cells is the same within and without."""
    side = round(side_um / MAP_UM)
    tissue, reach = _pieces(side, rng)
    bed = _bed(tissue, reach, side, rng)
    outline = _drawn_by_hand(bed, tissue)
    kinds = np.where(tissue, Kind.STROMA, Kind.GLASS).astype(np.uint8)
    kinds[tissue & _adipose(side, rng)] = Kind.FAT
    kinds[outline & (kinds == Kind.FAT) & (relief(9.0, side, rng) < 1.0)] = Kind.STROMA  # a tumour leaves little of it
    outside = tissue & ~ndimage.binary_dilation(outline, iterations=round(80 / MAP_UM))
    glands = lobules(outside, rng)
    kinds[glands.drawn(side) & tissue] = Kind.GLANDS
    kinds[_inflamed(glands, side, rng) & outside & (kinds != Kind.GLANDS)] = Kind.LYMPHOCYTES
    cells = _malignant(outline, grade, rng)
    kinds[_infiltrate(outline, side, rng) & tissue & ~cells] = Kind.LYMPHOCYTES
    kinds[cells & tissue] = Kind.INVASIVE
    _fill(kinds, ducts(tissue, outline, rng), side, rng)
    if grade == 3 and rng.random() < 0.5:
        kinds[(kinds == Kind.INVASIVE) & (relief(7.0, side, rng) > 1.6)] = Kind.NECROSIS
    for lumen, kind in vessels(tissue & (kinds != Kind.IN_SITU), rng):
        kinds[lumen.drawn(side) & tissue] = kind
    return Anatomy(kinds, outline, grade)


def _pieces(side: int, rng: np.random.Generator) -> tuple[Bools, float]:
    """One to three pieces on the glass, with notches and slits; and how far the largest reaches."""
    count = int(rng.choice([1, 2, 3], p=[0.6, 0.28, 0.12]))
    radius = side * (0.34, 0.25, 0.21)[count - 1] * float(rng.uniform(0.9, 1.08))
    turn, pull = float(rng.uniform(0, 2 * np.pi)), (0.0, 0.23, 0.27)[count - 1] * side
    found = np.zeros((side, side), dtype=bool)
    for number in range(count):
        angle = turn + 2 * np.pi * number / count
        centre = side / 2 + pull * np.array([np.cos(angle), np.sin(angle)]) + rng.normal(0, 0.01 * side, 2)
        found |= blob(side, (float(centre[0]), float(centre[1])), radius, (0.16, 0.05), rng)
    slits = np.abs(relief(5.0, side, rng)) < 0.02
    torn = slits & (relief(3.0, side, rng) > 0.9)
    return found & ~ndimage.binary_dilation(torn) & _on_glass(side, rng), radius


def _on_glass(side: int, rng: np.random.Generator) -> Bools:
    """Away from the rim of the scan."""
    from_rim = np.minimum(np.arange(side), np.arange(side)[::-1]).astype(np.float32) / side
    return np.asarray(np.minimum(from_rim, from_rim[:, None]) > 0.02 + 0.006 * relief(9.0, side, rng))


def blob(side: int, centre: tuple[float, float], radius: float, bumps: tuple[float, float], rng: np.random.Generator) -> Bools:
    """A stretched disc whose border wanders: by large bumps and by small ones, in parts of the radius."""
    stretch, angle = float(rng.uniform(0.72, 1.0)), float(rng.uniform(0, np.pi))
    dx = np.arange(side, dtype=np.float32) - np.float32(centre[0])
    dy = np.arange(side, dtype=np.float32)[:, None] - np.float32(centre[1])
    u, v = dx * np.cos(angle) + dy * np.sin(angle), dy * np.cos(angle) - dx * np.sin(angle)
    distance = np.hypot(u * stretch, v / stretch) / np.float32(radius)
    waves = max(side / radius, 1.0)
    wander = bumps[0] * relief(1.6 * waves, side, rng) + bumps[1] * relief(6.0 * waves, side, rng)
    return np.asarray(distance < 1 + wander)


def _bed(tissue: Bools, reach: float, side: int, rng: np.random.Generator) -> Bools:
    """The tumour: one mass, now and then with a smaller one beside it, from a tenth to nearly all of the tissue."""
    rows, columns = np.nonzero(ndimage.binary_erosion(tissue, iterations=max(1, int(0.3 * reach))))
    if not len(rows):
        rows, columns = np.nonzero(tissue)
    chosen = int(rng.integers(len(rows)))
    radius = reach * float(rng.uniform(0.45, 1.0))
    edge = (0.18, float(rng.uniform(0.03, 0.14)))
    bed = blob(side, (float(columns[chosen]), float(rows[chosen])), radius, edge, rng)
    if rng.random() < 0.25:
        away, angle = radius * float(rng.uniform(1.2, 1.7)), float(rng.uniform(0, 2 * np.pi))
        beside = (float(columns[chosen] + away * np.cos(angle)), float(rows[chosen] + away * np.sin(angle)))
        bed |= blob(side, beside, radius * float(rng.uniform(0.2, 0.45)), edge, rng)
    return bed & tissue


def _drawn_by_hand(bed: Bools, tissue: Bools) -> Bools:
    """The outline round the tumour: smooth, without small holes and crumbs; the largest is kept whatever its size."""
    smooth = ndimage.gaussian_filter(bed.astype(np.float32), SMOOTH_UM / MAP_UM) > 0.45
    smooth = ndimage.binary_fill_holes(smooth) & ndimage.binary_dilation(tissue, iterations=4)
    parts, count = ndimage.label(smooth)
    sizes = ndimage.sum_labels(smooth, parts, np.arange(1, count + 1)) * MAP_UM**2
    kept = np.flatnonzero((sizes >= LEAST_UM2) | (sizes == sizes.max(initial=0))) + 1
    return np.asarray(np.isin(parts, kept))


def _adipose(side: int, rng: np.random.Generator) -> Bools:
    """Where fat lies between the fibres: from hardly any to most of the breast."""
    land = relief(6.0, side, rng) + np.float32(0.45) * relief(22.0, side, rng)
    return np.asarray(land > np.quantile(land, 1 - float(rng.uniform(0.12, 0.6))))


def _malignant(outline: Bools, grade: int, rng: np.random.Generator) -> Bools:
    """Cells within the outline, in islands between lakes of stroma and fat; some tumours have a scar in their middle."""
    side = outline.shape[0]
    land = relief(20.0, side, rng) + np.float32(0.8) * relief(56.0, side, rng)
    if rng.random() < 0.35:
        inward = ndimage.distance_transform_edt(outline).astype(np.float32)
        land = land - np.float32(rng.uniform(1.0, 2.5)) * np.square(inward / np.float32(max(inward.max(), 1.0)))
    share = float(rng.uniform(*MALIGNANT[grade - 1]))
    height = float(np.quantile(land[outline], 1 - share)) if outline.any() else np.inf
    return np.asarray(outline & (land > height))


def _inflamed(glands: Spots, side: int, rng: np.random.Generator) -> Bools:
    """Lymphocytes round some of the normal lobules: as dark as a tumour from afar."""
    if rng.random() > 0.5:
        return np.zeros((side, side), dtype=bool)
    return glands.some(0.6, rng).grown(round(150 / MAP_UM)).drawn(side) & (relief(40.0, side, rng) > -0.7)


def _infiltrate(outline: Bools, side: int, rng: np.random.Generator) -> Bools:
    """Lymphocytes within the tumour and along its border, and a few foci anywhere."""
    dense = float(rng.beta(1.0, 2.5))
    land = relief(24.0, side, rng) + np.float32(0.5) * relief(60.0, side, rng)
    border = ndimage.binary_dilation(outline, iterations=round(200 / MAP_UM))
    return np.asarray((land > 2.2 - 1.3 * dense) & border | (land > 2.7))


def _fill(kinds: NDArray[np.uint8], found: Spots, side: int, rng: np.random.Generator) -> None:
    """Ducts full of malignant cells that have not left them, some with dead ones in the middle, in a sleeve of stroma."""
    sleeve = found.grown(round(24 / MAP_UM)).drawn(side) & (kinds != Kind.GLASS)
    kinds[sleeve] = Kind.STROMA
    kinds[found.drawn(side) & sleeve] = Kind.IN_SITU
    dead = found.some(float(rng.choice([0.0, 0.5])), rng).shrunk(0.45)
    kinds[dead.drawn(side) & sleeve] = Kind.NECROSIS
