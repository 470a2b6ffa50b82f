"""The whole study on one page: what was asked, and what came out, a frame a question."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ki67.cells.cells import Cells
from ki67.figures.fields import Picture, draw_cells, scale_bar, show_picture
from ki67.figures.palette import INK, PALE
from ki67.figures.plots import MARGIN, WIDTH, new_figure


@dataclass(frozen=True)
class Dot:
    """A figure with its interval; `kind` is an entry of the frame's key."""

    value: float
    low: float
    high: float
    kind: str


@dataclass(frozen=True)
class Question:
    """A frame: what is asked and in whose paper, what is measured, and the dots of each method."""

    asked: str
    paper: str
    measured: str
    rows: Mapping[str, Sequence[Dot]]
    colours: Mapping[str, str]
    top: float | None = 1.0  # of what is measured, where it has one


def abstract(field: Picture, cells: Cells, um_per_px: float, questions: Sequence[Question], note: str) -> Figure:
    """A field with its cells first, then a frame a question, three in a row."""
    rows = -(-(1 + len(questions)) // 3)
    figure = new_figure(rows * (WIDTH / 3 + 0.35) + 0.25)
    grid = figure.subplots(rows, 3, squeeze=False).ravel()
    show_picture(grid[0], field, "A field and its cells")
    draw_cells(grid[0], cells)
    grid[0].set(xlim=(-0.5, field.shape[1] - 0.5), ylim=(field.shape[0] - 0.5, -0.5))
    scale_bar(grid[0], um_per_px)
    for axes in grid[1 + len(questions) :]:
        axes.set_axis_off()
    for axes, question in zip(grid[1:], questions, strict=False):
        draw_question(axes, question)
    figure.supxlabel(note, fontsize=7.5, color=INK)
    return figure


def draw_question(axes: Axes, question: Question) -> None:
    """A row a method, the first on top; dots of one row one below the other."""
    count = len(question.rows)
    for place, dots in enumerate(question.rows.values()):
        for number, dot in enumerate(dots):
            y, colour = place + 0.22 * (number - (len(dots) - 1) / 2), question.colours[dot.kind]
            axes.plot([dot.low, dot.high], [y, y], color=colour, linewidth=1.8, solid_capstyle="butt")
            axes.plot(dot.value, y, "o", color=colour, markersize=4.5, markeredgecolor="white", markeredgewidth=0.6)
    axes.axvline(0, color=PALE, linewidth=0.9, zorder=0)
    axes.set_title(f"{question.asked}\n", fontsize=9)
    axes.annotate(question.paper, (0.5, 1.02), xycoords="axes fraction", ha="center", va="bottom", fontsize=7.5, color=INK)
    axes.set_yticks(range(count), list(question.rows), fontsize=7)
    axes.set_ylim(count - 0.4, -0.6)
    axes.tick_params(axis="x", labelsize=7)
    right = question.top or axes.get_xlim()[1]
    axes.set_xlim(min(axes.get_xlim()[0], -MARGIN * right) if question.top is None else -MARGIN, right * (1 + MARGIN))
    axes.set_xlabel(question.measured, fontsize=8)
    axes.grid(visible=False, axis="y")
    _key(axes, question)


def _key(axes: Axes, question: Question) -> None:
    """Below the frame, where it has more than one kind of dot."""
    if len(question.colours) > 1:
        keys = [Line2D([], [], color=colour, marker="o", markersize=4, label=kind) for kind, colour in question.colours.items()]
        axes.legend(handles=keys, loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=len(keys), fontsize=7, handlelength=1,
                    columnspacing=0.8, handletextpad=0.3)  # fmt: skip
