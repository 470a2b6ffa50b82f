"""Pictures of what the designs find: heat map, refined outline and truth side by side, where refinement helps, and curves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from ki67.figures.fields import scale_bar, show_picture
from ki67.figures.palette import INK, METHOD_COLOURS, PALE, TUMOUR
from ki67.figures.plots import MARGIN, WIDTH, legend_below, new_figure, whole_epochs
from ki67.slides.grid import UM_PER_PX
from ki67.tumour.designs import DESIGNS
from ki67.tumour.judging import THRESHOLD
from ki67.tumour.plates import OUTLINE, draw_outline
from ki67.tumour.refining import Shown

if TYPE_CHECKING:
    import pandas as pd

GRADES = {1: ("I", METHOD_COLOURS[0], "o"), 2: ("II", METHOD_COLOURS[1], "s"), 3: ("III", METHOD_COLOURS[2], "^")}
METHOD = METHOD_COLOURS[0]
HEAT = "inferno"
Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Example:
    """A section with its refined map, and how well the refined outline fits."""

    shown: Shown
    refined: Floats
    dice: float


def good_median_bad(table: "pd.DataFrame", design: str) -> list[str]:
    """The sections by which to show a design: its best, the one in the middle, and its worst, by Dice."""
    ranked = table[table["design"] == design].sort_values(["dice", "section"], ascending=False)["section"].tolist()
    return [str(ranked[place]) for place in (0, len(ranked) // 2, -1)]


def side_by_side(examples: Sequence[Example]) -> Figure:
    """A row a section: its outline, the heat map, how likely tumour is once that is refined, and both outlines."""
    figure = new_figure(len(examples) * (WIDTH / 4 + 0.05) + 0.9)
    grid = figure.subplots(len(examples), 4, squeeze=False)
    for row, example in zip(grid, examples, strict=True):
        section = example.shown.section
        for axes in (row[0], row[3]):
            show_picture(axes, section.view)
            draw_outline(axes, section.truth)
        for axes, values in ((row[1], example.shown.heat_in_view()), (row[2], example.refined)):
            drawn = axes.imshow(values, cmap=HEAT, vmin=0, vmax=1, interpolation="nearest")
            axes.set_axis_off()
        draw_outline(row[3], example.refined, TUMOUR)
        scale_bar(row[0], section.size[0] * UM_PER_PX / section.view.shape[1])
        row[0].text(-0.04, 0.5, f"{section.name}\nDice {example.dice:.2f}", transform=row[0].transAxes, rotation=90,
                    ha="right", va="center", fontsize=8)  # fmt: skip
    for axes, title in zip(grid[0], ("section and outline", "heat map", "refined", "refined and outline"), strict=True):
        axes.set_title(title, fontsize=8.5)
    bar = figure.colorbar(drawn, ax=grid.ravel().tolist(), location="bottom", fraction=0.04, aspect=50, shrink=0.5)
    bar.set_label(f"how likely tumour is; an outline is at {THRESHOLD:g}", fontsize=8)
    keys = [Line2D([], [], color=OUTLINE, label="true outline"), Line2D([], [], color=TUMOUR, label="found outline")]
    figure.legend(handles=keys, loc="outside upper center", ncols=2, fontsize=8)
    return figure


def before_and_after(table: "pd.DataFrame", before: str = "mob_pw", after: str = "mob_pw_unet") -> Figure:
    """Where refinement helps: a point a section, above the line where its outline is better refined."""
    dice = table.pivot(index=["section", "grade"], columns="design", values="dice").reset_index()
    figure = new_figure(3.6)
    axes = figure.subplots()
    least = max(0.0, float(dice[[before, after]].min().min()) - 0.05)
    axes.plot([least, 1], [least, 1], color=INK, linewidth=0.9)
    for grade, (name, colour, marker) in GRADES.items():
        rows = dice[dice["grade"] == grade]
        better = int((rows[after] > rows[before]).sum())
        axes.scatter(rows[before], rows[after], s=26, color=colour, marker=marker, edgecolors="white", linewidths=0.5,
                     label=f"grade {name}: better in {better} of {len(rows)}", zorder=3)  # fmt: skip
    axes.set(xlim=(least, 1 + MARGIN / 2), ylim=(least, 1 + MARGIN / 2), aspect="equal")
    axes.set(xlabel=f"Dice of a section, {DESIGNS[before].title}", ylabel=f"Dice of a section, {DESIGNS[after].title}")
    axes.legend(loc="upper left", bbox_to_anchor=(1.02, 1.0))
    return figure


def dice_of_designs(compared: "pd.DataFrame", table: "pd.DataFrame") -> Figure:
    """Every design: a point a section, and the mean with its interval over patients."""
    figure = new_figure(0.32 * len(compared) + 0.7)
    axes = figure.subplots()
    for place, row in enumerate(compared.itertuples()):
        dice = table.loc[table["design"] == row.design, "dice"].sort_values().to_numpy()
        apart = np.linspace(-0.18, 0.18, 5)[np.arange(len(dice)) % 5]
        axes.scatter(dice, place + apart, s=10, color=PALE, linewidths=0)
        axes.plot([row.dice_low, row.dice_high], [place, place], color=METHOD, linewidth=2.4)
        axes.plot(row.dice, place, "o", color=METHOD, markersize=6, markeredgecolor="white")
    designs = [DESIGNS[name] for name in compared["design"]]
    titles = [f"({design.number}) {design.title}" if design.number else design.title for design in designs]
    axes.set_yticks(range(len(titles)), titles)
    axes.set(xlim=(-MARGIN, 1 + MARGIN), ylim=(len(titles) - 0.5, -0.5))
    axes.set_xlabel("Dice of a section; mean and 95 % interval over patients")
    axes.grid(visible=False, axis="y")
    return figure


def curves(networks: "Mapping[str, pd.DataFrame]", watched: str, label: str) -> Figure:
    """Loss while learning, and what was watched on validation, a line a network; a dot at the epoch whose weights are kept."""
    figure = new_figure(2.8)
    left, right = figure.subplots(1, 2)
    for (title, curve), colour in zip(networks.items(), METHOD_COLOURS, strict=False):
        left.plot(curve["epoch"], curve["loss"], color=colour)
        right.plot(curve["epoch"], curve[watched], color=colour, label=title)
        best = curve.loc[curve[watched].idxmax()]
        right.plot(best["epoch"], best[watched], "o", color=colour, markersize=6, markeredgecolor="white")
    left.set(xlabel="epoch", ylabel="loss while learning", ylim=(0, None))
    right.set(xlabel="epoch", ylabel=label, ylim=(-MARGIN, 1 + MARGIN))
    for axes in (left, right):
        whole_epochs(axes)
    legend_below(figure, right)
    return figure
