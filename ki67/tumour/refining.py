"""From sections with their heat maps to a refinement network, and from the network to the share of tumour in every pixel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ki67.cellularity.batches import Example, Served
from ki67.models.training import Watch
from ki67.pictures.regions import Pixels
from ki67.settings.slides import Refine, RefinerName
from ki67.slides.heat import HeatMap
from ki67.slides.refine import light
from ki67.tumour.augmentation import SECTION_VIEWS, SectionView
from ki67.tumour.head import TUMOUR
from ki67.tumour.judging import judged, outlined
from ki67.tumour.learning import Course, learn
from ki67.tumour.losses import SoftDice
from ki67.tumour.prepared import Prepared
from ki67.tumour.refiners import build_refiner
from ki67.tumour.supervision import equal_weights, side_by_side

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Shown:
    """A section as a refiner sees it; design II needs no heat map."""

    section: Prepared
    heat: HeatMap | None = None

    def heat_in_view(self) -> Floats:
        """The heat map in the frame of the view, cold where there is none."""
        height, width = self.section.view.shape[:2]
        return self.heat.resized((width, height)) if self.heat else np.zeros((height, width), np.float32)


def shown_with(heats: Mapping[str, HeatMap], sections: Sequence[Prepared]) -> list[Shown]:
    """Sections with their heat maps, by name; alone where there are none."""
    return [Shown(section, heats.get(section.name)) for section in sections]


@dataclass(frozen=True, eq=False)
class SectionViews:
    """Whole sections with their outlines, each seen another way: one example for the refiners."""

    sections: Sequence[Shown]
    channels: int
    view: SectionView

    def __call__(self, index: int, rng: np.random.Generator) -> Example:
        """One section, turned and stained another way, and the share of tumour in each of its pixels."""
        shown = self.sections[index]
        view, heat, truth = self.view(shown.section.view, shown.heat_in_view(), shown.section.truth, rng)
        return network_view(view, heat, self.channels), truth[..., None]


def network_view(view: Pixels, heat: Floats, channels: int) -> Floats:
    """Light, and heat where the network has a channel for it: as `slides.refine` shows it, once all is in one frame."""
    return np.concatenate([light(view, "unit"), heat[..., None]], axis=2)[..., :channels]


def refined(network: keras.Model, shown: Shown) -> Floats:
    """How likely each pixel of the view is tumour, by the network's final answer."""
    picture = network_view(shown.section.view, shown.heat_in_view(), network.input.shape[-1])
    answer: Floats = network.predict_on_batch(picture[None])[0, ..., TUMOUR]
    return answer


def dice_on(sections: Sequence[Shown]) -> Watch:
    """Watches the mean Dice of whole sections, as they will be judged."""

    def watch(network: keras.Model) -> float:
        truths = (shown.section.truth_8 for shown in sections)
        found = (outlined(refined(network, shown), shown.section.truth_8.shape[::-1]) for shown in sections)
        return float(np.mean([judged(truth, mask).dice for truth, mask in zip(truths, found, strict=True)]))

    return watch


def train_refiner(
    settings: Refine, name: RefinerName, train: Sequence[Shown], validation: Sequence[Shown], state: Path
) -> tuple[keras.Model, pd.DataFrame]:
    """Train one network from scratch until validation gets no better; a killed run goes on. The final answer alone comes back."""
    keras.utils.set_random_seed(settings.seed)
    network = build_refiner(name, len(train[0].section.view), settings.filters, settings.momentum)
    views = SectionViews(train, network.input.shape[-1], SECTION_VIEWS[settings.rule])
    feed = Served(views, len(train), settings.batch, 1, settings.seed)
    course = Course(
        settings.epochs, settings.learning_rate, settings.schedule, settings.seed, settings.accumulate, settings.patience
    )  # fmt: skip
    loss = SoftDice(equal_weights(network))
    final, curve = learn(side_by_side(network), course, feed, dice_on(validation), state, loss)
    return final, pd.DataFrame(curve).rename(columns={"watched": "validation_dice"})
