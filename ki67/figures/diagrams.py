"""PathoNet drawn: what is computed at which resolution, and what happens inside one module."""

from dataclasses import dataclass
from itertools import pairwise

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from ki67.figures.palette import INK
from ki67.figures.plots import new_figure

PLAIN, RDIM, HEAD, DATA = "#f2f2f2", "#cfe3f3", "#fde3c8", "#ffffff"
SIDES = (256, 128, 64, 32, 16)
ENCODER = (32, 64, 128, 256)
DECODER = (16, 32, 64, 128)
ROW = 1.25
RIGHT = 4.6


@dataclass(frozen=True)
class Box:
    """A rounded box round a centre, with a text."""

    x: float
    y: float
    text: str
    colour: str
    width: float = 1.7
    height: float = 0.62

    def draw(self, axes: Axes) -> None:
        """Put it on the axes."""
        corner = (self.x - self.width / 2, self.y - self.height / 2)
        patch = FancyBboxPatch(
            corner, self.width, self.height, boxstyle="round,pad=0,rounding_size=0.1",
            facecolor=self.colour, edgecolor=INK, linewidth=0.8,
        )  # fmt: skip
        axes.add_patch(patch)
        axes.text(self.x, self.y, self.text, ha="center", va="center", fontsize=8, linespacing=1.15)

    @property
    def left(self) -> tuple[float, float]:
        """Middle of the left side."""
        return self.x - self.width / 2, self.y

    @property
    def right(self) -> tuple[float, float]:
        """Middle of the right side."""
        return self.x + self.width / 2, self.y

    @property
    def top(self) -> tuple[float, float]:
        """Middle of the upper side."""
        return self.x, self.y + self.height / 2

    @property
    def bottom(self) -> tuple[float, float]:
        """Middle of the lower side."""
        return self.x, self.y - self.height / 2


def arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float], text: str = "", dashed: bool = False) -> None:
    """An arrow from point to point, its text beside the middle (above it, where it lies flat)."""
    dashes = "--" if dashed else "-"
    line = {"arrowstyle": "-|>", "color": INK, "linewidth": 0.9, "linestyle": dashes, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", end, start, arrowprops=line)
    x, y = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
    flat = start[1] == end[1]
    axes.text(x + (0 if flat else 0.08), y + (0.07 if flat else 0), text, fontsize=7, color="#666666",
              ha="center" if flat else "left", va="bottom" if flat else "center")  # fmt: skip


def architecture() -> Figure:
    """The network on the left, one residual dilated inception module on the right."""
    figure = new_figure(4.4)
    network, module = figure.subplots(1, 2, width_ratios=[1.75, 1])
    draw_network(network)
    draw_module(module)
    for axes in (network, module):
        axes.set_aspect("equal")
        axes.set_axis_off()
    return figure


def draw_network(axes: Axes) -> None:
    """Down on the left, up on the right; every level joins what it had on the way down."""
    rows = [-ROW * level for level in range(len(SIDES))]
    picture = Box(0, ROW, "field\n256×256×3", DATA)
    stem = Box(0, rows[0], "2 × conv 3×3\n16", PLAIN)
    encoders = [stem, *(Box(0, y, f"RDIM\n{f}", RDIM) for y, f in zip(rows[1:-1], ENCODER, strict=False))]
    deepest = Box(RIGHT / 2, rows[-1], f"RDIM {ENCODER[-1]}\ndropout before, after", RDIM, width=2.5)
    decoders = [Box(RIGHT, y, f"1×1, RDIM {f}\njoin → {2 * f}", RDIM, width=2.0) for y, f in zip(rows, DECODER, strict=False)]
    maps = Box(RIGHT, ROW, "conv 3×3: 16, 16, 8\n1×1 → 3 maps", HEAD, width=2.5)
    for box in (picture, *encoders, deepest, *decoders, maps):
        box.draw(axes)
    arrow(axes, picture.bottom, stem.top)
    for above, below in pairwise(encoders):
        arrow(axes, above.bottom, below.top, "pool ÷2")
    arrow(axes, encoders[-1].bottom, deepest.left, "   pool ÷2")
    arrow(axes, deepest.right, decoders[-1].bottom, "   up ×2")
    for above, below in pairwise(decoders):
        arrow(axes, below.top, above.bottom, "up ×2")
    arrow(axes, decoders[0].top, maps.bottom)
    for down, up, side in zip(encoders, decoders, SIDES, strict=False):
        arrow(axes, down.right, up.left, f"{side}×{side}", dashed=True)
    axes.text(deepest.x, deepest.y + 0.4, f"{SIDES[-1]}×{SIDES[-1]}", fontsize=7, color="#666666", ha="center", va="bottom")
    axes.set(xlim=(-1.2, RIGHT + 1.4), ylim=(rows[-1] - 0.5, ROW + 0.5))
    axes.set_title("PathoNet: 3,236,907 parameters")


def draw_module(axes: Axes) -> None:
    """Two paths and a shortcut, added."""
    centre, step = 0.0, 1.15
    source = Box(centre, 3 * step, "input", DATA, width=1.2, height=0.5)
    near = [Box(-1.05, y, "conv 3×3", PLAIN, width=1.45, height=0.5) for y in (2 * step - 0.1, step - 0.1)]
    far = [Box(1.05, y, "conv 3×3\ndilated 4", PLAIN, width=1.45) for y in (2 * step - 0.1, step - 0.1)]
    total = Box(centre, -0.25, "+", RDIM, width=0.5, height=0.5)
    last = Box(centre, -step - 0.15, "BatchNorm, LeakyReLU", PLAIN, width=2.7, height=0.5)
    for box in (source, *near, *far, total, last):
        box.draw(axes)
    for path, side in ((near, total.left), (far, total.right)):
        arrow(axes, source.bottom, path[0].top)
        arrow(axes, path[0].bottom, path[1].top)
        arrow(axes, path[1].bottom, side)
    arrow(axes, source.bottom, total.top, dashed=True)
    arrow(axes, total.bottom, last.top)
    note = (
        "Down: the input beside itself joins the sum\n"
        "(channels double). Up: two 1×1 convs come first.\n"
        "Every conv: BatchNorm, LeakyReLU 0.3."
    )
    axes.text(centre, -2 * step - 0.05, note, fontsize=7, ha="center", va="top", color="#666666", linespacing=1.4)
    axes.set(xlim=(-2.0, 2.0), ylim=(-3.6, 3.9))
    axes.set_title("RDIM")
