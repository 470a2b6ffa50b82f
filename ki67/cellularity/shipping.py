"""A trained network of H&E patches as `ki67 cellularity` reads it: a graph for the engine, in few bytes, and its words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from ki67.base.errors import InputError
from ki67.base.files import write_whole
from ki67.cellularity.augmentation import network_input
from ki67.cellularity.entrants import load_regressor
from ki67.data.patches import load_patches
from ki67.engine.few_bytes import in_few_bytes
from ki67.engine.graphs import Floats, Network, Output, op, ov
from ki67.engine.layers import CHANNELS_LAST, placed
from ki67.models.export import described
from ki67.pictures.domain import familiar_ranges
from ki67.tiles.appearance import measure_tile
from ki67.tiles.description import ShippedNetwork
from ki67.tiles.model import DESCRIPTION, GRAPH, MAPS, SCORE, SHAPE, load_cellularity_model, only_score
from ki67.tiles.network import PatchNetwork

MAPS_LAYER = "sigmoid"  # what the segmentation in a network ends in, where there is one
NEAR, NEAR_STORED = 1e-4, 0.01  # how far scores may be from Keras's, with whole weights and with those in the file
TRIALS = 4  # made-up pictures to compare on


@dataclass(frozen=True)
class Shipped:
    """What was checked of a shipped network, and what it weighs."""

    off: float  # furthest that a score was from Keras's, with whole weights
    off_stored: float  # and as it is shipped
    size: int  # bytes of the folder


def shipped_description(network: PatchNetwork, source: str, images: NDArray[np.uint8]) -> ShippedNetwork:
    """What a network says of itself when it is shipped: training patches tell what is familiar to it."""
    familiar = familiar_ranges([measure_tile(image) for image in images])
    return ShippedNetwork(**network.model_dump(), source=source, familiar=familiar)


def ship_trained(trained: Path, patches: Path, folder: Path) -> Shipped:
    """Put a network of the study into a folder for `ki67 cellularity`, with what its training patches tell of it."""
    model, network = load_regressor(trained)
    return ship(model, shipped_description(network, trained.as_posix(), load_patches(patches).images), folder)


def ship(model: keras.Model, network: ShippedNetwork, folder: Path) -> Shipped:
    """Write the folder; the same weights give the same bytes. What does not compute the same is refused."""
    graph = scoring_graph(model)
    pixels = network_input(trial_pictures())
    expected = score_of(np.asarray(model.predict_on_batch(pixels), np.float32))
    off = _furthest(Network(only_score(graph)), pixels, expected)
    if off > NEAR:
        raise InputError(f"{model.name}: scores {off:.2g} away from Keras's in the engine; it is not shipped")
    folder.mkdir(parents=True, exist_ok=True)
    ov.save_model(in_few_bytes(graph), folder / GRAPH, compress_to_fp16=False)
    write_whole(folder / DESCRIPTION, [network.model_dump_json(indent=2) + "\n"])
    off_stored = _furthest(load_cellularity_model(folder).network, pixels, expected)
    if off_stored > NEAR_STORED:
        raise InputError(f"{folder}: scores {off_stored:.2g} away from Keras's with its weights as stored; do not ship it")
    return Shipped(off, off_stored, sum(file.stat().st_size for file in folder.iterdir()))


def scoring_graph(model: keras.Model) -> ov.Model:
    """Pixels in; the score out, and the maps where the network makes them on its way."""
    config, weight = described(model)
    pixels, places = placed(config, weight)
    found = {SCORE: one_score(places[_last(config["config"]["output_layers"])])}
    if MAPS_LAYER in places:
        found[MAPS] = op.transpose(places[MAPS_LAYER], CHANNELS_LAST).output(0)
    for name, output in found.items():
        output.get_tensor().set_names({name})
    graph = ov.Model(list(found.values()), [pixels], model.name)
    _name_places(graph)
    return graph


def one_score(output: Output) -> Output:
    """The number itself, kept between 0 and 1, or the mean of all that it may be, each weighed by how likely it is."""
    classes = output.get_partial_shape()[1].get_length()
    if classes == 1:
        return op.clamp(output, 0.0, 1.0).output(0)
    return op.matmul(output, _values(classes)[:, None], False, False).output(0)


def score_of(answers: Floats) -> Floats:
    """The same of what Keras says."""
    return np.clip(answers, 0, 1) if answers.shape[1] == 1 else answers @ _values(answers.shape[1])[:, None]


def _values(classes: int) -> Floats:
    return np.linspace(0, 1, classes, dtype=np.float32)


def _last(outputs: Sequence[object]) -> str:
    first = outputs[0]
    return str(first[0] if isinstance(first, list) else first)


def _name_places(graph: ov.Model) -> None:
    """The engine numbers what bears no name through all that it ever built; here the place in the graph decides."""
    for number, node in enumerate(graph.get_ordered_ops()):
        if re.fullmatch(rf"{node.get_type_name()}_\d+", node.get_friendly_name()):
            node.set_friendly_name(f"{node.get_type_name()}:{number}")


def _furthest(network: Network, pixels: Floats, expected: Floats) -> float:
    running = network.running(*SHAPE)
    found = np.concatenate([running(picture[None]) for picture in pixels])
    return float(np.abs(found - expected).max())


def trial_pictures() -> NDArray[np.uint8]:
    """From grey to coloured noise in coarse blocks: a network answers each differently."""
    rng = np.random.default_rng(0)
    blocks = rng.random((TRIALS, 16, 16, 3)).repeat(16, axis=1).repeat(16, axis=2)
    strength = np.linspace(0.1, 1, TRIALS).reshape(-1, 1, 1, 1)
    return np.asarray(255 * (0.7 * (1 - strength) + strength * blocks), np.uint8)
