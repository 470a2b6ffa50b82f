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
HALVINGS = 2  # from the finest level to 1 µm/px
FINER = 2**HALVINGS
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


def corner(whole: Path, size: Size) -> "pyvips.Image":
    """A quarter of a slide that is written, at 1 µm/px."""
    import pyvips

    return pyvips.Image.new_from_file(str(whole), page=HALVINGS).crop(0, 0, size[0] // 2, size[1] // 2)


def big_slides(folder: Path, size: Size = SIZE) -> tuple[Path, Path]:
    """The slide and the quarter of it at its corner, made where they are not there yet."""
    whole, quarter = folder / f"{size[0]}/whole.tif", folder / f"{size[0]}/quarter.tif"
    if not whole.is_file():
        write_finer(whole, composed(drawn(size), size))
    if not quarter.is_file():
        write_finer(quarter, corner(whole, size))
    return whole, quarter
