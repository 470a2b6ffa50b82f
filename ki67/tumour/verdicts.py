"""The designs asked about sections: from heat maps and refined maps, or from nothing learnt, to a verdict a section."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ki67.slides.grid import LEAST_TISSUE
from ki67.slides.heat import HeatMap
from ki67.slides.tissue import otsu_mask
from ki67.tumour.comparison import Verdict
from ki67.tumour.judging import judged, outlined
from ki67.tumour.prepared import Prepared
from ki67.tumour.untaught import all_tissue, by_lot

Floats = NDArray[np.float32]
Maps = Mapping[str, Floats]  # of the whole slide, by a section's name


class Lot(NamedTuple):
    """How chance calls patches tumour: so large a share of them, drawn from a seed."""

    share: float
    seed: int


def verdicts(design: str, sections: Sequence[Prepared], maps: Maps) -> list[Verdict]:
    """How well a design outlines each section, by its map of how likely tumour is."""
    found = []
    for section in sections:
        result = judged(section.truth_8, outlined(maps[section.name], section.truth_8.shape[::-1]))
        who = (section.name, section.patient, section.grade)
        found.append(Verdict(design, *who, result.recall, result.precision, result.dice))
    return found


def patch_maps(sections: Sequence[Prepared], heats: Mapping[str, HeatMap]) -> Maps:
    """Heat maps in the frames of their slides: designs III to V."""
    return {section.name: heats[section.name].resized(section.truth_8.shape[::-1]) for section in sections}


def untaught(sections: Sequence[Prepared], lot: Lot, least_tissue: float = LEAST_TISSUE) -> list[Verdict]:
    """Design I, and our own two rows for which nothing is learnt."""
    asked = {section.name: section.tissue > least_tissue for section in sections}
    otsu = {section.name: otsu_mask(section.view).astype(np.float32) for section in sections}
    tissue = {section.name: HeatMap(section.grid, all_tissue(asked[section.name])) for section in sections}
    chance = {section.name: HeatMap(section.grid, by_lot(asked[section.name], lot.share, section.name, lot.seed))
              for section in sections}  # fmt: skip
    return [
        *verdicts("otsu", sections, otsu),
        *verdicts("all_tissue", sections, patch_maps(sections, tissue)),
        *verdicts("chance", sections, patch_maps(sections, chance)),
    ]
