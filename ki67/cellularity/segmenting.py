"""From patches with weak labels to a trained segmentation network, and from the network to its maps."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ki67.base.errors import InputError
from ki67.base.state import state_folder
from ki67.cellularity.batches import Crops, Served
from ki67.cellularity.discs import CHANNELS, discs
from ki67.cellularity.fpn import fpn
from ki67.cellularity.jaccard import jaccard, mean_jaccard
from ki67.cellularity.losses import CLASS_WEIGHTS, segmentation_loss
from ki67.cellularity.store import load_network, predict
from ki67.cellularity.unet import unet
from ki67.data.patches import SIDE, Patches
from ki67.models.experiment import Data
from ki67.models.store import save_model, set_weights_by_name, weights_by_name
from ki67.models.training import Recipe, Watch, fit, layer_precision
from ki67.settings.cellularity import Segment
from ki67.settings.networks import Start
from ki67.tiles.network import PatchNetwork

DECODERS = {"fpn": fpn, "unet": unet}
NO_IMAGENET = "no ImageNet weights are public for a ResNet-34 with ELU before BatchNorm"


def masks_of(patches: Patches) -> NDArray[np.bool_]:
    """The weak labels of all patches: discs at the annotated centres, and the background."""
    masks = np.empty((len(patches), SIDE, SIDE, len(CHANNELS)), bool)
    for index, nuclei in enumerate(patches.nuclei):
        masks[index] = discs(nuclei) > 0
    return masks


def fresh(settings: Segment, decoder: str) -> keras.Model:
    """The untrained network that the settings ask for."""
    if settings.weights == "imagenet":
        raise InputError(f"segment.weights = 'imagenet': {NO_IMAGENET}; set it to random")
    return DECODERS[decoder](settings.width)


def train_decoder(
    settings: Segment, decoder: str, train: Patches, validation: Patches, state: Path
) -> tuple[keras.Model, pd.DataFrame]:
    """Train one network to the end, watching the Jaccard index on validation; a killed run goes on where it was."""
    keras.utils.set_random_seed(settings.seed)
    with layer_precision(settings.precision):
        model = fresh(settings, decoder)
    crops = Crops(train.images, masks_of(train), settings.crop)
    feed = Served(crops, len(train), settings.batch, settings.crops_per_patch, settings.seed)
    recipe = Recipe(settings.epochs, settings.learning_rate, settings.schedule, settings.seed)
    model, curve = fit(model, recipe, feed, jaccard_on(validation), state, segmentation_loss)
    finished = fresh(settings, decoder)
    set_weights_by_name(finished, weights_by_name(model))
    return finished, pd.DataFrame(curve).rename(columns={"watched": "validation_jaccard"})


def jaccard_on(patches: Patches) -> Watch:
    """Watches the mean index over whole patches."""
    masks = masks_of(patches)

    def watch(model: keras.Model) -> float:
        return mean_jaccard(jaccard(masks, predict_maps(model, patches.images)))

    return watch


def predict_maps(model: keras.Model, images: NDArray[np.uint8], batch: int = 8) -> NDArray[np.float32]:
    """Maps (patch, row, column, channel) from 0 to 1 of uint8 patches; channels as in `discs`."""
    return predict(model, images, batch)


def load_segmentation(folder: Path) -> tuple[keras.Model, PatchNetwork]:
    """A trained segmentation network and its description."""
    return load_network(folder, DECODERS, lambda described: DECODERS[described.architecture](described.width))


def describe(settings: Segment, decoder: str, data: Data) -> PatchNetwork:
    """What will travel with the weights."""
    return PatchNetwork(
        architecture=decoder,
        width=settings.width,
        output=f"maps from 0 to 1: {', '.join(CHANNELS)}",
        um_per_px=data.um_per_px,
        trained_on=data.source,
        data_hash=data.hash,
        recipe=settings.model_dump(exclude={"out", "decoders"}) | {"class_weights": list(CLASS_WEIGHTS)},
    )


def train_and_save(
    settings: Segment, decoder: str, parts: tuple[Patches, Patches], inputs: list[Path], out: Path, data: Data
) -> tuple[keras.Model, pd.DataFrame]:
    """Train one network into its folder under `out`; a killed run goes on where it was."""
    asked = settings.model_dump(exclude={"out", "decoders"}) | {"decoder": decoder}
    state = state_folder("segment", asked, inputs)
    model, curve = train_decoder(settings, decoder, *parts, state)
    save_model(model, describe(settings, decoder, data), out / decoder)
    shutil.rmtree(state, ignore_errors=True)
    return model, curve


@dataclass(frozen=True)
class MapsJudged:
    """Each channel's index with the mean over nuclei, and beside it what marking everything scores."""

    patches: int
    patients: int
    jaccard: Mapping[str, float]
    everything_marked: Mapping[str, float]


def judged(model: keras.Model, patches: Patches) -> MapsJudged:
    """Marking everything scores the share of the pixels."""
    masks = masks_of(patches)
    indices = jaccard(masks, predict_maps(model, patches.images))
    shares = masks.mean(axis=(0, 1, 2))
    return MapsJudged(
        len(patches),
        len(set(patches.patients)),
        dict(zip(CHANNELS, indices.tolist(), strict=True)) | {"mean": mean_jaccard(indices)},
        dict(zip(CHANNELS, shares.tolist(), strict=True)) | {"mean": mean_jaccard(shares)},
    )


@dataclass(frozen=True)
class BestEpoch:
    """When the curve stood highest."""

    epoch: int
    jaccard: float


@dataclass(frozen=True)
class NotRun:
    """A row of the paper's table that has no figure here, and why."""

    jaccard: None = None
    not_run: str = ""


@dataclass(frozen=True)
class Segmentation:
    """One column of Table 1: what was trained, how well it does after the last epoch, and why the other row is empty."""

    decoder: str
    weights: Start
    width: float
    parameters: int
    epochs: int
    validation: MapsJudged
    best: BestEpoch
    imagenet: NotRun = NotRun(not_run=NO_IMAGENET)


def result(settings: Segment, decoder: str, model: keras.Model, curve: pd.DataFrame, validation: Patches) -> Segmentation:
    """What is kept of a trained network: its size, its epochs, and its Jaccard index on validation patches."""
    place = int(curve["validation_jaccard"].fillna(-1).argmax())
    best = BestEpoch(place + 1, float(curve["validation_jaccard"].iloc[place]))
    found = judged(model, validation)
    return Segmentation(decoder, settings.weights, settings.width, model.count_params(), settings.epochs, found, best)
