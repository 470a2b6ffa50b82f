"""Trained networks of sections in their folders: weights by name, and what is needed to build and use them."""

from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import keras
from pydantic import BaseModel, ConfigDict

from ki67.base.state import hash_of
from ki67.base.tables import read_json
from ki67.engine.description import read_description
from ki67.models.store import with_weights
from ki67.settings.slides import PatchNetworkName, PatchTraining, Refine, RefinerName, Rule
from ki67.slides.grid import PATCH
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


@dataclass(frozen=True)
class Origin:
    """Of what, and by which stage, a network was trained."""

    trained_on: str
    rule: Rule
    data_hash: str
    stage: str


def origin_of(stage: str) -> Origin:
    """What the stages of this chapter learn from: the prepared sections."""
    dataset = read_json(Path("metrics/slides_dataset.json"))
    return Origin(dataset["source"], dataset["rule"], hash_of([Path("sections")]), stage)


def described(architecture: PatchNetworkName, settings: PatchTraining, origin: Origin) -> SectionNetwork:
    """What a network of patches says of itself."""
    return SectionNetwork(
        architecture=architecture, side=PATCH // settings.shrink, width=settings.width, rule=origin.rule,
        trained_on=origin.trained_on, data_hash=origin.data_hash, source=_source(origin, settings.seed), recipe=_recipe(settings),
    )  # fmt: skip


def described_refiner(architecture: RefinerName, settings: Refine, side: int, origin: Origin) -> SectionNetwork:
    """What a refiner says of itself."""
    return SectionNetwork(
        architecture=architecture, side=side, filters=settings.filters, rule=origin.rule,
        trained_on=origin.trained_on, data_hash=origin.data_hash, source=_source(origin, settings.seed), recipe=_recipe(settings),
    )  # fmt: skip


def _source(origin: Origin, seed: int) -> str:
    return f"stage {origin.stage}, seed {seed}"


def _recipe(settings: BaseModel) -> dict[str, float | int | str | list[int]]:
    return settings.model_dump(exclude={"networks", "out", "seed"})


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
