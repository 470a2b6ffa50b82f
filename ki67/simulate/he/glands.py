"""Normal breast epithelium: lobules of small round glands, and ducts, each a ring of cells round a lumen."""

from dataclasses import dataclass

import numpy as np

from ki67.simulate.noise import Floats, soft_step

TRIES = 30


@dataclass(frozen=True)
class Gland:
    """A ring of epithelium: lengths in pixels, `inner` the lumen's share of the radius, `bumps` two low modes of the outline."""

    x: float
    y: float
    radius: float
    inner: float
    bumps: tuple[float, float, float, float]

    def outline(self, angle: Floats) -> Floats:
        """The radius in each direction."""
        a, b, c, d = self.bumps
        waves = a * np.cos(2 * angle) + b * np.sin(2 * angle) + c * np.cos(3 * angle) + d * np.sin(3 * angle)
        return np.asarray(self.radius * (1 + waves), dtype=np.float32)

    def drawn(self, side: int) -> tuple[Floats, Floats]:
        """The whole gland and its lumen, soft, over the patch."""
        dx = np.arange(side, dtype=np.float32) - np.float32(self.x)
        dy = np.arange(side, dtype=np.float32)[:, None] - np.float32(self.y)
        distance, outline = np.hypot(dx, dy), self.outline(np.arctan2(dy, dx))
        return soft_step(outline - distance, 1.0), soft_step(self.inner * outline - distance, 1.0)


def draw_glands(malignant: Floats, side: int, rng: np.random.Generator) -> tuple[Gland, ...]:
    """A lobule, a duct, or a duct beside a lobule, where the tumour leaves room."""
    placed: list[Gland] = []
    if rng.random() < 0.45:
        placed += _fitted([_gland(float(rng.uniform(45, 110)), 0.55, 0.8, rng) for _ in range(int(rng.integers(1, 3)))],
                          (0.5 * side, 0.5 * side), 0.5 * side, malignant, placed, rng)  # fmt: skip
    if not placed or rng.random() < 0.6:
        middle = rng.uniform(0.15 * side, 0.85 * side, 2)
        acini = [_gland(float(rng.uniform(22, 46)), 0.15, 0.5, rng) for _ in range(int(rng.integers(4, 16)))]
        placed += _fitted(acini, (float(middle[0]), float(middle[1])), float(rng.uniform(70, 170)), malignant, placed, rng)
    return tuple(placed)


def _gland(radius: float, least: float, most: float, rng: np.random.Generator) -> Gland:
    """A gland without a place yet; the wall is at least a cell thick."""
    a, b, c, d = (float(value) for value in rng.normal(0, [0.10, 0.10, 0.05, 0.05]))
    return Gland(0.0, 0.0, radius, float(np.clip(rng.uniform(least, most), 0, 1 - 17 / radius)), (a, b, c, d))


def _fitted(
    glands: list[Gland],
    middle: tuple[float, float],
    reach: float,
    malignant: Floats,
    others: list[Gland],
    rng: np.random.Generator,
) -> list[Gland]:
    """Each gland at a place near the middle where it meets neither tumour nor another gland; else it is left out."""
    side, kept = malignant.shape[0], list[Gland]()
    for gland in glands:
        for _ in range(TRIES):
            x, y = (float(m + reach * rng.uniform(-1, 1)) for m in middle)
            column, row = int(np.clip(x, 0, side - 1)), int(np.clip(y, 0, side - 1))
            half = int(gland.radius)
            around = malignant[max(row - half, 0) : row + half + 1 : 4, max(column - half, 0) : column + half + 1 : 4]
            apart = all(np.hypot(x - g.x, y - g.y) > 1.12 * (gland.radius + g.radius) for g in [*others, *kept])
            if apart and around.mean() < 0.02:
                kept.append(Gland(x, y, gland.radius, gland.inner, gland.bumps))
                break
    return kept
