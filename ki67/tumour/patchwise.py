"""Networks of patches: trained on patches drawn from raw slides, and asked about every patch of tissue."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import keras
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from tqdm import tqdm

from ki67.base.hardware import CORES
from ki67.cellularity.augmentation import network_input
from ki67.data.bcs1 import Section
from ki67.models.store import set_weights_by_name, weights_by_name
from ki67.models.training import Loss, Watch, layer_precision
from ki67.pictures.regions import Region, Regions
from ki67.pictures.slide import open_slide
from ki67.settings.slides import PatchNetworkName, PatchTraining, Patchwise
from ki67.slides.grid import LEAST_TISSUE, PATCH, chosen
from ki67.slides.heat import HeatMap, load_heat
from ki67.tumour.augmentation import augmented_patch
from ki67.tumour.feeding import PatchFeed, Waiting
from ki67.tumour.head import CLASSES, TUMOUR, Weights
from ki67.tumour.learning import Course, learn
from ki67.tumour.losses import PLAIN
from ki67.tumour.open_slides import OpenSlides
from ki67.tumour.prepared import Prepared
from ki67.tumour.store import PATCH_NETWORKS
from ki67.tumour.tree import LabelledSlide, Tree

WATCHED = "validation_balanced_accuracy"
AT_ONCE = 64  # patches that the network is asked about together


@dataclass(frozen=True, eq=False)
class Trained:
    """A network with its best weights, its curve, and how long it stood waiting for patches, by the epochs of this run."""

    network: keras.Model
    curve: pd.DataFrame
    waiting: tuple[Waiting, ...]


@dataclass(frozen=True, eq=False)
class Taught:
    """The slides that a network learns from, and those that it is watched on meanwhile."""

    train: Sequence[LabelledSlide]
    validation: Sequence[LabelledSlide]


def labelled_slides(prepared: Sequence[Prepared], sections: Mapping[str, Section]) -> list[LabelledSlide]:
    """Sections with their files, which are found by name."""
    return [LabelledSlide(sections[part.name].slide, part.grade, part.grid, part.labels) for part in prepared]


def build_patch_network(name: PatchNetworkName, settings: PatchTraining, weights: Weights | None = None) -> keras.Model:
    """A network that sees patches as small as the settings have them."""
    return PATCH_NETWORKS[name](settings.width, PATCH // settings.shrink, weights, settings.momentum)


def train_patch_network(settings: Patchwise, name: PatchNetworkName, taught: Taught, state: Path) -> Trained:
    """Designs III and IV: trained to the last epoch, the best on validation comes back; a killed run goes on where it was."""
    keras.utils.set_random_seed(settings.seed)
    weights: Weights | None = "imagenet" if settings.weights == "imagenet" else None
    with layer_precision(settings.precision):
        network = build_patch_network(name, settings, weights)
    trained = trained_on(network, settings, taught, state)
    return replace(trained, network=in_full_precision(trained.network, build_patch_network(name, settings)))


def trained_on(network: keras.Model, settings: PatchTraining, taught: Taught, state: Path, loss: Loss = PLAIN) -> Trained:
    """A network taught by patches from the tree, whatever stands behind its shares."""
    course = Course(settings.epochs, settings.learning_rate, settings.schedule, settings.seed)
    with OpenSlides(open_slide) as slides:
        feed = PatchFeed(
            Tree(taught.train), slides, settings.batch, settings.steps, settings.seed, settings.shrink, augmented_patch
        )  # fmt: skip
        validation = PatchFeed(
            Tree(taught.validation), slides, settings.batch, settings.validation_steps, settings.seed, settings.shrink
        )  # fmt: skip
        trained, curve = learn(network, course, feed, balanced_accuracy_on(validation), state, loss)
    return Trained(trained, pd.DataFrame(curve).rename(columns={"watched": WATCHED}), tuple(feed.waiting))


def balanced_accuracy_on(validation: PatchFeed) -> Watch:
    """Watches how many patches of each class are called right, the mean of both, on the same patches every time."""

    def watch(network: keras.Model) -> float:
        seen, right = np.zeros(len(CLASSES)), np.zeros(len(CLASSES))
        for patches, targets in validation.epoch(0):
            shares = network.predict_on_batch(patches)[:, : len(CLASSES)]
            seen += targets.sum(0)
            right += targets[shares.argmax(1) == targets.argmax(1)].sum(0)
        return float(np.mean(right[seen > 0] / seen[seen > 0]))

    return watch


def in_full_precision(trained: keras.Model, fresh: keras.Model) -> keras.Model:
    """The same weights in a network of float32."""
    set_weights_by_name(fresh, weights_by_name(trained))
    return fresh


def heat_of(network: keras.Model, picture: Regions, section: Prepared, least_tissue: float = LEAST_TISSUE) -> HeatMap:
    """How sure the network is of tumour in every patch with more tissue than that."""
    values = np.full((section.grid.rows, section.grid.columns), np.nan, np.float32)
    places = chosen(section.tissue, least_tissue)
    shrink = PATCH // network.input.shape[1]
    regions = [section.grid.region(row, column, shrink) for row, column in places]
    start = 0
    for patches in read_ahead(picture, regions):
        rows, columns = np.array(places[start : start + len(patches)]).T
        values[rows, columns] = network.predict_on_batch(network_input(patches))[:, TUMOUR]
        start += len(patches)
    return HeatMap(section.grid, values)


def read_ahead(picture: Regions, regions: Sequence[Region]) -> Iterator[NDArray[np.uint8]]:
    """Regions in batches, each read by a thread while the network looks at those before."""

    def read(start: int) -> NDArray[np.uint8]:
        return np.stack([picture.read(region) for region in regions[start : start + AT_ONCE]])

    with ThreadPoolExecutor(CORES, "heat") as threads:
        begun = deque[Future[NDArray[np.uint8]]]()
        for start in range(0, len(regions), AT_ONCE):
            begun.append(threads.submit(read, start))
            if len(begun) > CORES:
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()


def heat_all(
    network: keras.Model, prepared: Sequence[Prepared], sections: Mapping[str, Section], folder: Path,
    least_tissue: float = LEAST_TISSUE,
) -> dict[str, HeatMap]:  # fmt: skip
    """The heat map of every section by name, kept as a file each; those that are there are not made again."""
    found = {}
    for section in tqdm(prepared, unit="heat map", disable=None):
        path = folder / f"{section.name}.npz"
        if not path.is_file():
            with open_slide(sections[section.name].slide) as slide:
                heat_of(network, slide, section, least_tissue).save(path)
        found[section.name] = load_heat(path)
    return found
