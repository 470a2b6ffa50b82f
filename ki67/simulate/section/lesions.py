"""Small round things in a section: lobules, ducts with tumour in situ, vessels."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ki67.simulate.section.kinds import MAP_UM, Kind

Bools = NDArray[np.bool_]
Values = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Spots:
    """Discs on the map, stretched and turned: centres x before y, radii in pixels of the map."""

    xy: Values
    radius: Values
    stretch: Values
    angle: Values

    def __len__(self) -> int:
        return len(self.radius)

    def drawn(self, side: int) -> Bools:
        """Where any of them is."""
        found = np.zeros((side, side), dtype=bool)
        for (x, y), radius, stretch, angle in zip(self.xy, self.radius, self.stretch, self.angle, strict=True):
            reach = int(np.ceil(radius / stretch)) + 1
            left, top = max(int(x) - reach, 0), max(int(y) - reach, 0)
            window = found[top : int(y) + reach + 1, left : int(x) + reach + 1]
            dy, dx = np.ogrid[top : top + window.shape[0], left : left + window.shape[1]]
            u = (dx - x) * np.cos(angle) + (dy - y) * np.sin(angle)
            v = (dy - y) * np.cos(angle) - (dx - x) * np.sin(angle)
            window |= np.hypot(u * stretch, v / stretch) < radius
        return found

    def some(self, share: float, rng: np.random.Generator) -> "Spots":
        """Each with this probability."""
        kept = rng.random(len(self)) < share
        return Spots(self.xy[kept], self.radius[kept], self.stretch[kept], self.angle[kept])

    def grown(self, pixels: int) -> "Spots":
        """The same with a rim."""
        return replace(self, radius=self.radius + pixels)

    def shrunk(self, share: float) -> "Spots":
        """The same, as a part of their size."""
        return replace(self, radius=self.radius * share)


def spots(xy: Values, least_um: float, most_um: float, rng: np.random.Generator) -> Spots:
    """Discs of a range of radii at these places."""
    count = len(xy)
    radius = rng.uniform(least_um, most_um, count) / MAP_UM
    return Spots(xy, radius, rng.uniform(0.75, 1.0, count), rng.uniform(0, np.pi, count))


def places(where: Bools, count: int, rng: np.random.Generator) -> Values:
    """So many points of chance where there is room for them."""
    rows, columns = np.nonzero(where)
    if not len(rows):
        return np.empty((0, 2))
    chosen = rng.integers(len(rows), size=count)
    return np.stack([columns[chosen], rows[chosen]], axis=1).astype(np.float64)


def lobules(where: Bools, rng: np.random.Generator) -> Spots:
    """Normal glands of the breast, in clusters."""
    middles = places(where, int(rng.poisson(4)), rng)
    crowd = rng.poisson(3, len(middles)) + 1
    xy = np.repeat(middles, crowd, axis=0)
    return spots(xy + rng.normal(0, 450 / MAP_UM, xy.shape), 130, 330, rng)


def ducts(tissue: Bools, outline: Bools, rng: np.random.Generator) -> Spots:
    """Tumour in situ in every other section: groups of ducts, most of them well outside the outline."""
    if rng.random() < 0.5:
        return spots(np.empty((0, 2)), 1, 2, rng)
    far = tissue & ~ndimage.binary_dilation(outline, iterations=round(250 / MAP_UM))
    middles = places(far, 1 + int(rng.poisson(0.8)), rng)
    inner = places(outline & tissue, int(rng.integers(2)), rng)
    middles = np.concatenate([middles, inner])
    crowd = rng.integers(3, 12, len(middles))
    xy = np.repeat(middles, crowd, axis=0)
    return spots(xy + rng.normal(0, 380 / MAP_UM, xy.shape), 60, 220, rng)


def vessels(where: Bools, rng: np.random.Generator) -> Iterator[tuple[Spots, Kind]]:
    """Blood vessels anywhere, some full of red cells, others empty."""
    for kind, mean in ((Kind.BLOOD, 14), (Kind.GLASS, 10)):
        yield spots(places(where, int(rng.poisson(mean)), rng), 20, 110, rng), kind
