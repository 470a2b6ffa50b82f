"""From patches with weak labels to a trained segmentation network, and from the network to its maps."""

import shutil
from pathlib import Path
from typing import Any

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


def judged(model: keras.Model, patches: Patches) -> dict[str, Any]:
    """Each channel's index, the mean over nuclei, and the share of the pixels, which is what marking everything scores."""
    masks = masks_of(patches)
    indices = jaccard(masks, predict_maps(model, patches.images))
    shares = masks.mean(axis=(0, 1, 2))
    return {
        "patches": len(patches),
        "patients": len(set(patches.patients)),
        "jaccard": dict(zip(CHANNELS, indices.tolist(), strict=True)) | {"mean": mean_jaccard(indices)},
        "everything_marked": dict(zip(CHANNELS, shares.tolist(), strict=True)) | {"mean": mean_jaccard(shares)},
    }


def result(settings: Segment, decoder: str, model: keras.Model, curve: pd.DataFrame, validation: Patches) -> dict[str, Any]:
    """One column of Table 1: what was trained, how well it does after the last epoch, and why the other row is empty."""
    best = int(curve["validation_jaccard"].fillna(-1).argmax())
    return {
        "decoder": decoder,
        "weights": settings.weights,
        "width": settings.width,
        "parameters": model.count_params(),
        "epochs": settings.epochs,
        "validation": judged(model, validation),
        "best": {"epoch": best + 1, "jaccard": curve["validation_jaccard"].iloc[best]},
        "imagenet": {"jaccard": None, "not_run": NO_IMAGENET},
    }
