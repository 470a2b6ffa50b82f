"""What the tool answers, on the field that it answers about: the picture by which the book and the README begin."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ki67.cells.cells import LABELS, Cells
from ki67.cells.scores import Scores, score
from ki67.figures.fields import Picture, draw_cells, scale_bar, show_picture
from ki67.figures.palette import COLOURS, TITLES
from ki67.figures.plots import WIDTH, new_figure


def answered(image: Picture, cells: Cells, um_per_px: float) -> Figure:
    """A field and what is answered: every cell in its ring, the index with its interval, and the cells by class."""
    height, width = image.shape[:2]
    figure = new_figure(0.7 * WIDTH * height / width)
    field, answer = figure.subplots(1, 2, width_ratios=(7, 3))
    show_picture(field, image)
    draw_cells(field, cells)
    field.set(xlim=(-0.5, width - 0.5), ylim=(height - 0.5, -0.5))
    scale_bar(field, um_per_px)
    _write_answer(answer, cells)
    return figure


def _write_answer(axes: Axes, cells: Cells) -> None:
    """The index large, its interval below, then a line a class."""
    found = score(cells)
    axes.set_axis_off()
    axes.set(xlim=(0, 1), ylim=(0, 1))
    index, interval = _index(found)
    axes.text(0, 0.86, "Ki-67 index", fontsize=11, va="bottom")
    axes.text(0, 0.85, index, fontsize=30, weight="bold", va="top")
    axes.text(0, 0.70, interval, va="top", linespacing=1.5)
    for row, label in enumerate(LABELS):
        y = 0.50 - 0.08 * row
        axes.plot(0.04, y, "o", markersize=10, markerfacecolor="none", markeredgewidth=1.8, markeredgecolor=COLOURS[label])
        axes.text(0.13, y, f"{len(cells.of(label))}  {TITLES[label]}", va="center", fontsize=11)
    axes.text(0, 0.06, "Research use only.", va="bottom")


def _index(found: Scores) -> tuple[str, str]:
    if not found.n_tumour:
        return "none", "no tumour cell is counted"
    low, high = (f"{100 * end:.0f}" for end in found.interval)
    return f"{100 * found.ki67_index:.0f} %", f"95 % interval {low} to {high} %\nfor counting {found.n_tumour} tumour cells"
