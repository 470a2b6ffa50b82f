"""Which features the trees lean on: Figure 10, and whether the paper's reading of it holds."""

from dataclasses import dataclass

import pandas as pd
from lightgbm import Booster
from matplotlib.figure import Figure

from ki67.data.patches import KINDS
from ki67.figures.palette import NUCLEI
from ki67.figures.plots import new_figure

SHOWN = 20
LEADING = 10  # the features that count as highly important
# The ranks that the paper names.
PUBLISHED = {
    "malignant_activation_above_0.5": 1,
    "malignant_activation_above_0.32": 2,
    "malignant_activation_above_0.24": 3,
    "malignant_blobs_above_0.24": 9,
}


def importances(trees: Booster) -> pd.DataFrame:
    """Every feature with its total gain, its share of all gain, and how many splits ask for it; the largest gain first."""
    names, gains = trees.feature_name(), trees.feature_importance("gain")
    table = pd.DataFrame({"feature": names, "channel": [name.split("_")[0] for name in names], "gain": gains})
    table["share"] = gains / gains.sum() if gains.sum() else 0.0
    table["splits"] = trees.feature_importance("split")
    ranked = table.sort_values("gain", ascending=False, kind="stable", ignore_index=True)
    return ranked.assign(rank=ranked.index + 1)


@dataclass(frozen=True)
class Rank:
    """Where a feature stands by gain, in the paper and here, counted from 1."""

    feature: str
    published: int
    ours: int


@dataclass(frozen=True)
class Reading:
    """What the paper says of its Figure 10, asked of ours."""

    first: str
    malignant_share: float
    malignant_leading: int  # of the ten features of most gain
    leading_all_malignant: bool
    malignant_first: bool
    activation_above_half_on_top: bool
    ranks: list[Rank]


def reading(table: pd.DataFrame) -> Reading:
    """Does the malignant channel come first, and its activation above 0.5 on top?"""
    share = table.groupby("channel")["share"].sum()
    ranks = table.set_index("feature")["rank"]
    first = str(table["feature"][0])
    leading = int((table["channel"][:LEADING] == "malignant").sum())
    return Reading(
        first=first,
        malignant_share=float(share["malignant"]),
        malignant_leading=leading,
        leading_all_malignant=leading == LEADING,
        malignant_first=bool(share["malignant"] > share.drop("malignant").max()),
        activation_above_half_on_top=first == "malignant_activation_above_0.5",
        ranks=[Rank(name, published, int(ranks[name])) for name, published in PUBLISHED.items()],
    )


def importance_figure(table: pd.DataFrame) -> Figure:
    """The features of most gain, their share of it, coloured by channel."""
    top = table[:SHOWN]
    figure = new_figure(4.4)
    axes = figure.subplots()
    for kind, name in reversed(list(enumerate(KINDS))):
        bars = top[top["channel"] == name]
        if len(bars):
            axes.barh(bars["rank"], bars["share"], color=NUCLEI[kind], label=name)
    axes.set_xlabel("share of the whole fall of the squared error")
    axes.set(yticks=top["rank"], yticklabels=top["feature"].str.replace("_", " "))
    axes.set_ylim(len(top) + 0.6, 0.4)
    axes.grid(visible=False, axis="y")
    axes.legend(loc="lower right")
    return figure
