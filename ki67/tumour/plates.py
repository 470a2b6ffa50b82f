"""Pictures of sections before anything is learnt: plates with their outlines, patches near by, labels."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle
from numpy.typing import NDArray

from ki67.data.bcs1 import Section
from ki67.figures.fields import scale_bar, show_picture
from ki67.figures.palette import HEALTHY, PALE, TUMOUR
from ki67.figures.plots import WIDTH, new_figure
from ki67.pictures.regions import Pixels, Region
from ki67.pictures.slide import Slide, open_slide
from ki67.slides.grid import PATCH, UM_PER_PX, grid_of
from ki67.tumour.labels import PUBLISHED, mask_share, outlined_share
from ki67.tumour.prepared import Prepared
from ki67.tumour.tree import PatchLabel

SMALL, LARGE = 360, 900  # pixels of a section's longer side
OUTLINE = "#111111"
LABELLED = {PatchLabel.TUMOUR: (TUMOUR, "tumour"), PatchLabel.FREE: (HEALTHY, "free of tumour")}
Floats = NDArray[np.float32]


def draw_outline(axes: Axes, share: Floats, colour: str = OUTLINE, width: float = 1.4) -> None:
    """The line round what is more than half tumour, on a white one so that it shows on any stain."""
    if share.max() > 0.5 > share.min():
        for shade, thickness in (("white", width + 1.2), (colour, width)):
            axes.contour(share, levels=[0.5], colors=[shade], linewidths=[thickness])


def shown(slide: Slide, side: int) -> Pixels:
    """The whole slide, its longer side so many pixels long."""
    width, height = slide.size(UM_PER_PX)
    scale = max(width, height) / side
    return slide.read(Region(0, 0, *slide.size(scale), scale))


def outlined_plate(sections: Sequence[Section], columns: int = 4) -> Figure:
    """Sections side by side, each with its outline, under its grade."""
    rows = -(-len(sections) // columns)
    figure = new_figure(rows * (WIDTH / columns + 0.2))
    grid = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes in grid:
        axes.set_axis_off()
    for axes, section in zip(grid, sections, strict=False):
        with open_slide(section.slide) as slide:
            pixels = shown(slide, SMALL)
            scale = slide.size(UM_PER_PX)[0] / pixels.shape[1]
        show_picture(axes, pixels, f"{section.name}, grade {'I' * section.grade}")
        draw_outline(axes, outlined_share(section.mask, (pixels.shape[1], pixels.shape[0])))
        scale_bar(axes, scale * UM_PER_PX)
    return figure


def one_in_detail(section: Section) -> Figure:
    """A section, and three of its patches: tumour within the outline, other tissue within it, other tissue outside."""
    figure = new_figure(WIDTH * 0.72)
    grid = figure.add_gridspec(3, 2, width_ratios=(3, 1.06))
    whole = figure.add_subplot(grid[:, 0])
    with open_slide(section.slide) as slide:
        pixels, places = shown(slide, LARGE), telling_patches(section, slide)
        patches = [slide.read(grid_of(slide).region(*place)) for place in places]
        scale = slide.size(UM_PER_PX)[0] / pixels.shape[1]
    show_picture(whole, pixels)
    draw_outline(whole, outlined_share(section.mask, (pixels.shape[1], pixels.shape[0])))
    scale_bar(whole, scale * UM_PER_PX)
    for number, ((row, column), patch) in enumerate(zip(places, patches, strict=True), 1):
        side = PATCH / scale
        whole.add_patch(Rectangle((column * side, row * side), side, side, fill=False, edgecolor="black", linewidth=1.2))
        whole.text((column + 1.1) * side, (row + 0.5) * side, str(number), va="center", weight="bold")
        near = figure.add_subplot(grid[number - 1, 1])
        show_picture(near, patch, f"{number}")
        scale_bar(near, UM_PER_PX)
    return figure


def telling_patches(section: Section, slide: Slide) -> list[tuple[int, int]]:
    """Rows and columns of the bluest and the pinkest whole patch within the outline, and of the pinkest outside of it."""
    grid = grid_of(slide)
    side = 16  # pixels of a patch in the view by which they are chosen
    small = slide.read(Region(0, 0, grid.columns * side, grid.rows * side, PATCH / side)).astype(np.float32)
    blocks = small.reshape(grid.rows, side, grid.columns, side, 3)
    red, green, blue = np.moveaxis(blocks.mean(axis=(1, 3)), 2, 0)
    stained = (blocks.max(axis=4) - blocks.min(axis=4) > 25).mean(axis=(1, 3)) > 0.9
    share = mask_share(section, grid)
    within, without = stained & (share > 0.99), stained & (share == 0)
    pink = (red - blue) + 0.2 * (255 - green)
    choices = ((within, -(red - blue) - 0.5 * red), (within, pink), (without, pink))
    return [_best(where if where.any() else stained, score) for where, score in choices]


def _best(where: NDArray[np.bool_], score: Floats) -> tuple[int, int]:
    row, column = np.unravel_index(int(np.where(where, score, -np.inf).argmax()), where.shape)
    return int(row), int(column)


def labelled(section: Prepared) -> Figure:
    """A section beside its patches by label, the outline over both."""
    figure = new_figure(WIDTH * 0.52 + 0.3)
    left, right = figure.subplots(1, 2)
    for axes in (left, right):
        show_picture(axes, section.view)
        draw_outline(axes, section.truth)
    across, down = (section.view.shape[1 - axis] * PATCH / section.size[axis] for axis in (0, 1))
    for row, column in np.argwhere(section.tissue > PUBLISHED.least_tissue):
        colour, _ = LABELLED.get(PatchLabel(section.labels[row, column]), (PALE, ""))
        right.add_patch(Rectangle((column * across, row * down), across, down, alpha=0.45, facecolor=colour, edgecolor="white",
                                  linewidth=0.4))  # fmt: skip
    right.set(xlim=(0, section.view.shape[1]), ylim=(section.view.shape[0], 0))
    scale_bar(left, section.size[0] * UM_PER_PX / section.view.shape[1])
    keys = [Patch(color=colour, label=name) for colour, name in LABELLED.values()] + [Patch(color=PALE, label="left out")]
    figure.legend(handles=keys, loc="outside lower center", ncols=3)
    return figure
