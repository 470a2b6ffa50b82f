"""Trained networks of sections in their folders: weights by name, and what is needed to build and use them."""

from pathlib import Path
from typing import get_args

import keras
from pydantic import BaseModel, ConfigDict

from ki67.engine.description import read_description
from ki67.models.store import with_weights
from ki67.settings.slides import PatchNetworkName, RefinerName, Rule
from ki67.tumour.inceptionv3 import build_inceptionv3
from ki67.tumour.mobilenetv2 import build_mobilenetv2
from ki67.tumour.refiners import build_refiner
from ki67.tumour.supervision import answer_alone

PATCH_NETWORKS = {"mobilenetv2": build_mobilenetv2, "inceptionv3": build_inceptionv3}
REFINERS: tuple[RefinerName, ...] = get_args(RefinerName)


class SectionNetwork(BaseModel):
    """What travels with the weights. `models.store.save_model` writes it beside them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    architecture: PatchNetworkName | RefinerName
    side: int  # pixels of what it sees
    width: float = 1.0  # of a patch network
    filters: list[int] = []  # of a refiner
    rule: Rule  # by which tissue was told from glass
    trained_on: str
    data_hash: str
    source: str  # which run it comes from
    recipe: dict[str, float | int | str | list[int]] = {}  # what its training was told, for the record


def load_section_network(folder: Path) -> tuple[keras.Model, SectionNetwork]:
    """A network in full precision, its first answer alone, and its description."""
    words = read_description(folder, SectionNetwork)
    return with_weights(built(words), folder), words


def built(words: SectionNetwork) -> keras.Model:
    """The network with fresh weights."""
    for name in REFINERS:
        if name == words.architecture:
            return answer_alone(build_refiner(name, words.side, words.filters))
    return PATCH_NETWORKS[words.architecture](width=words.width, side=words.side)
