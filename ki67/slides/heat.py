"""A heat map: how sure a network of patches is of tumour, patch by patch, and the same over the whole slide."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ki67.base.files import whole_file
from ki67.pictures.regions import Size
from ki67.slides.grid import PATCH, Grid

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class HeatMap:
    """Probabilities (rows, columns) of a grid; not a number where no patch was asked."""

    grid: Grid
    values: Floats

    def resized(self, size: Size) -> Floats:
        """Over the whole slide, width × height, by lines between the patches' middles; nought where none was asked.

        The grid is larger than the slide: it is cut to it, not squeezed into it.
        """
        box = (0.0, 0.0, self.grid.width / PATCH, self.grid.height / PATCH)
        filled = Image.fromarray(np.nan_to_num(self.values).astype(np.float32))
        return np.asarray(filled.resize(size, Image.Resampling.BILINEAR, box=box), dtype=np.float32)

    def blocks(self, size: Size) -> Floats:
        """The same without lines: every pixel has its patch's probability."""
        across, down = (((np.arange(n) + 0.5) * length / n / PATCH).astype(np.intp) for n, length in
                        ((size[0], self.grid.width), (size[1], self.grid.height)))  # fmt: skip
        return np.asarray(np.nan_to_num(self.values)[down[:, None], across[None, :]], dtype=np.float32)

    def save(self, path: Path) -> None:
        """One file, in place when it is whole."""
        with whole_file(path, ".partial.npz") as partial:
            np.savez(partial, values=self.values, size=np.array([self.grid.width, self.grid.height]))


def load_heat(path: Path) -> HeatMap:
    """What `save` wrote."""
    with np.load(path, allow_pickle=False) as stored:
        width, height = stored["size"].tolist()
        return HeatMap(Grid(width, height), stored["values"])
