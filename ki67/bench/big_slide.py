"""A simulated slide as large as a scanner's, and a quarter of it, to measure speed and memory on.

Sections of the simulator lie side by side on glass, at 1 µm/px. Finer levels are enlarged from that and hold no more detail:
what is measured reads none of them but to find them.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ki67.base.files import whole_file
from ki67.data.pyramid import MM, TILE
from ki67.pictures.regions import Pixels, Size
from ki67.simulate.section.section import draw_section
from ki67.slides.grid import UM_PER_PX

if TYPE_CHECKING:
    import pyvips

SIZE: Size = (25_000, 20_000)  # at 1 µm/px
FINER = 4  # times that is the finest level: 0.25 µm/px
ACROSS = 3  # sections in a row; a second row holds them upside down
SEED = 15  # of no cohort of the study
QUALITY = 75  # of the JPEG, as in the study's sections
WHITE = [255, 255, 255]


def drawn(size: Size) -> list[Pixels]:
    """A row of sections for a slide of that size at 1 µm/px, as large as there is room for."""
    side = min(size[0] // ACROSS, size[1] // 2)
    return [draw_section(SEED, patient, 1, UM_PER_PX, side).image for patient in range(1, 1 + ACROSS)]


def composed(sections: Sequence[Pixels], size: Size) -> "pyvips.Image":
    """The sections in two rows on a slide; nothing is computed before it is asked for."""
    import pyvips

    row = [pyvips.Image.new_from_array(section) for section in sections]
    whole = pyvips.Image.arrayjoin(
        [*row, *(section.rot180() for section in row)], across=len(row), background=WHITE, halign="centre", valign="centre",
        hspacing=size[0] // len(row), vspacing=size[1] // 2,
    )  # fmt: skip
    return whole.gravity("centre", *size, extend="background", background=WHITE)


def write_finer(path: Path, picture: "pyvips.Image") -> None:
    """As a pyramid of JPEG tiles whose finest level is four times as fine; it is never in memory as a whole."""
    fine = FINER * MM / UM_PER_PX
    with whole_file(path, ".partial.tif") as partial:
        picture.zoom(FINER, FINER).tiffsave(
            str(partial), tile=True, tile_width=TILE, tile_height=TILE, pyramid=True, subifd=False, bigtiff=True,
            compression="jpeg", Q=QUALITY, region_shrink="mean", xres=fine, yres=fine, resunit="cm",
        )  # fmt: skip


def big_slides(folder: Path, size: Size = SIZE) -> tuple[Path, Path]:
    """The slide and the quarter of it at its corner, made where they are not there yet."""
    paths = folder / f"{size[0]}/whole.tif", folder / f"{size[0]}/quarter.tif"
    if not all(path.is_file() for path in paths):
        whole = composed(drawn(size), size)
        for path, picture in zip(paths, (whole, whole.crop(0, 0, size[0] // 2, size[1] // 2)), strict=True):
            write_finer(path, picture)
    return paths
