"""Small slides and masks as pyramids in TIFF, and a small set in the BCS-1 layout."""

from pathlib import Path

import numpy as np
import pyvips
from numpy.typing import NDArray

SIDE = 512  # of a slide
# name, patient, grade
SECTIONS = [("a", "p1", "1"), ("b", "p1", "1"), ("c", "p2", "2"), ("d", "p3", "2"), ("e", "p4", "3"), ("f", "p5", "3")]


def write_pyramid(path: Path, pixels: NDArray[np.uint8], um_per_px: float | None, tile: int = 128) -> Path:
    """Without loss, so that what is read can be held against what was written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scale = {"xres": 1000 / um_per_px, "yres": 1000 / um_per_px, "resunit": "cm"} if um_per_px else {}
    way = {"compression": "deflate", "tile": True, "tile_width": tile, "tile_height": tile, "pyramid": True, "subifd": False}
    pyvips.Image.new_from_array(pixels).tiffsave(str(path), **way, **scale)
    return path


def write_mask(path: Path, marks: NDArray[np.bool_], tile: int = 64) -> Path:
    """As the masks of BCS-1 are published, by LZW; their tiles have 1024 pixels a side."""
    path.parent.mkdir(parents=True, exist_ok=True)
    way = {"compression": "lzw", "tile": True, "tile_width": tile, "tile_height": tile, "pyramid": True}
    pyvips.Image.new_from_array(marks.astype(np.uint8)).tiffsave(str(path), **way)
    return path


def tumour(side: int = SIDE // 4) -> NDArray[np.bool_]:
    """A square of it."""
    marks = np.zeros((side, side), bool)
    marks[side // 4 : side // 2, side // 4 : side // 2] = True
    return marks


def write_table(path: Path, head: str, rows: list[tuple[str, ...]]) -> None:
    path.write_text("\n".join([head, *(",".join(row) for row in rows)]) + "\n")


def write_bcs1(root: Path, um_per_px: float | None = 0.5) -> Path:
    """Six sections of five patients."""
    for name, _, _ in SECTIONS:
        write_pyramid(root / f"slides/{name}.tif", np.full((SIDE, SIDE, 3), 200, np.uint8), um_per_px)
        write_mask(root / f"masks/{name}.tif", tumour())
    write_table(root / "grades.csv", "slide,patient,grade", SECTIONS)
    return root
