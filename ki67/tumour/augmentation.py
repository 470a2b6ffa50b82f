"""A patch, and a whole section, seen another way, as published: each change has an even chance to be made."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ki67.cellularity.augmentation import turned
from ki67.pictures.regions import Pixels
from ki67.settings.slides import Rule
from ki67.tumour.macenko import restained

CHANCE = 0.5
# The paper speaks of a shift of HSV in [−20, 20] and of no scale. Here hue and saturation are bytes: a shift of 20 is 28 degrees
# of hue, or a thirteenth of full saturation. The value is left to the brightness.
SHIFT = 20
BRIGHTNESS = (0.8, 1.2)
ZOOM = (0.8, 1.2)
STAIN = 0.1  # σ1 and σ2: a factor of 1 ± σ1 to each stain, and ± σ2 added
GLASS = 255

Generator = np.random.Generator
Floats = NDArray[np.float32]
Section = tuple[Pixels, Floats, Floats]
SectionView = Callable[[Pixels, Floats, Floats, Generator], Section]


def augmented_patch(patch: Pixels, rng: Generator) -> Pixels:
    """A random view of a patch: mirrored, turned, with other colours, lighter or darker."""
    view = turned(patch, random_way(rng))
    if rng.random() < CHANCE:
        view = shifted(view, *(int(shift) for shift in rng.integers(-SHIFT, SHIFT + 1, 2)))
    if rng.random() < CHANCE:
        view = brightened(view, rng.uniform(*BRIGHTNESS))
    return np.ascontiguousarray(view)


def augmented_section(view: Pixels, heat: Floats, truth: Floats, rng: Generator) -> Section:
    """A random view of a section for the refiners: heat map and truth move with it, only the section changes its stains."""
    way = random_way(rng)
    factor = rng.uniform(*ZOOM) if rng.random() < CHANCE else 1.0
    return moved(randomly_restained(view, rng), heat, truth, way, factor)


def augmented_as_coded(view: Pixels, heat: Floats, truth: Floats, rng: Generator) -> Section:
    """As the public code does it: mirrors are drawn twice, so they are half as frequent; brightness in the place of zoom."""
    way = random_way(rng, CHANCE**2)
    view = randomly_restained(view, rng)
    if rng.random() < CHANCE:
        view = brightened(view, rng.uniform(*BRIGHTNESS))
    return moved(view, heat, truth, way)


SECTION_VIEWS: dict[Rule, SectionView] = {"published": augmented_section, "as_coded": augmented_as_coded}


def moved(view: Pixels, heat: Floats, truth: Floats, way: int, factor: float = 1.0) -> Section:
    """All three laid and enlarged alike."""
    return zoomed(turned(view, way), factor, GLASS), zoomed(turned(heat, way), factor), zoomed(turned(truth, way), factor)


def randomly_restained(view: Pixels, rng: Generator) -> Pixels:
    """Each of the two stains a little stronger or weaker."""
    if rng.random() >= CHANCE:
        return view
    factors, added = rng.uniform(1 - STAIN, 1 + STAIN, 2), rng.uniform(-STAIN, STAIN, 2)
    return restained(view, (factors[0], factors[1]), (added[0], added[1]))


def random_way(rng: Generator, mirrored: float = CHANCE) -> int:
    """One of the eight ways to lay a square: mirrored by a chance along each axis, and turned by an even one."""
    across, down = rng.random(2) < mirrored
    quarters = int(rng.integers(1, 4)) if rng.random() < CHANCE else 0
    # to mirror down is to turn by half and mirror across
    return (quarters + 2 * int(down)) % 4 + 4 * int(across != down)


def shifted(patch: Pixels, hue: int, saturation: int) -> Pixels:
    """Another hue, all round the circle, and more or less saturation; both on the scale of a byte."""
    bytes_ = np.arange(256)
    tables = np.concatenate([(bytes_ + hue) % 256, np.clip(bytes_ + saturation, 0, 255), bytes_])
    picture = Image.fromarray(np.ascontiguousarray(patch)).convert("HSV")
    return np.asarray(picture.point(tables.tolist()).convert("RGB"))


def brightened(patch: Pixels, factor: float) -> Pixels:
    """All light times a factor."""
    table = np.clip(np.rint(np.arange(256) * factor), 0, 255).astype(np.uint8)
    return np.asarray(table[patch])


def zoomed(picture: NDArray[Any], factor: float, beyond: int = 0) -> NDArray[Any]:
    """A picture enlarged about its middle in a frame of the same size; made smaller, it has a margin of what lies beyond."""
    picture = np.ascontiguousarray(picture)
    if factor == 1:
        return picture
    image = Image.fromarray(picture)
    step, (x, y) = 1 / factor, (length / 2 * (1 - 1 / factor) for length in image.size)
    fill = (beyond,) * 3 if image.mode == "RGB" else beyond
    affine = (step, 0, x, 0, step, y)
    return np.asarray(image.transform(image.size, Image.Transform.AFFINE, affine, Image.Resampling.BILINEAR, fillcolor=fill))
