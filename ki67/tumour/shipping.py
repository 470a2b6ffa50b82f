"""Trained networks of sections as `ki67 slide` reads them: two graphs for the engine, in half precision, and their words."""

from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np

from ki67.base.errors import InputError
from ki67.base.files import write_whole
from ki67.engine.graphs import Floats, Network, ov
from ki67.slides.description import SlideNetworks
from ki67.slides.grid import PATCH
from ki67.slides.model import DESCRIPTION, FILES, PATCHWISE, REFINER, SlideModel, load_slide_model
from ki67.slides.tissue import AS_CODED, PUBLISHED
from ki67.tumour.engine_graph import converted
from ki67.tumour.store import REFINERS, SectionNetwork, load_section_network

NEAR, NEAR_HALVED = 1e-4, 0.05  # how far shares may be from Keras's, with whole weights and with halved ones
TRIALS, BLOCK = 3, 8  # made-up pictures to compare on, and the pixels of their blocks
RULES = {"published": PUBLISHED, "as_coded": AS_CODED}


@dataclass(frozen=True)
class Shipped:
    """What was checked of shipped networks, and what they weigh."""

    off: float  # furthest that a share of either was from Keras's, with whole weights
    off_halved: float  # and as they are shipped
    size: int  # bytes of the folder


def ship_trained(patchwise: Path, refiner: Path, folder: Path) -> Shipped:
    """Put two networks of the study into a folder for `ki67 slide`."""
    (patches, of_patches), (whole, of_whole) = load_section_network(patchwise), load_section_network(refiner)
    if of_patches.architecture in REFINERS or of_whole.architecture not in REFINERS or whole.input.shape[-1] != 4:
        what = f"{of_patches.architecture} and {of_whole.architecture}"
        raise InputError(f"{patchwise}, {refiner}: hold {what}; name a network of patches and one that refines its heat map")
    words = described(of_patches, of_whole, {PATCHWISE: patches.count_params(), REFINER: whole.count_params()})
    return ship(patches, whole, words, folder)


def described(patches: SectionNetwork, whole: SectionNetwork, parameters: dict[str, int]) -> SlideNetworks:
    """What both say of themselves together."""
    told = {
        "patchwise": patches.architecture, "refiner": whole.architecture, "shrink": PATCH // patches.side, "side": whole.side,
        "tissue": RULES[patches.rule], "trained_on": patches.trained_on, "data_hash": patches.data_hash,
        "source": f"{patches.source}; {whole.source}", "parameters": parameters,
    }  # fmt: skip
    return SlideNetworks.model_validate(told)


def ship(patchwise: keras.Model, refiner: keras.Model, words: SlideNetworks, folder: Path) -> Shipped:
    """Write the folder; the same weights give the same bytes. What does not compute the same is refused."""
    networks = {PATCHWISE: patchwise, REFINER: refiner}
    graphs = {name: converted(network) for name, network in networks.items()}
    off = max(furthest(networks[name], Network(graph)) for name, graph in graphs.items())
    if off > NEAR:
        raise InputError(f"{folder}: shares lie {off:.2g} away from Keras's in the engine; it is not shipped")
    folder.mkdir(parents=True, exist_ok=True)
    for name, graph in graphs.items():
        ov.save_model(graph, folder / f"{name}.xml", compress_to_fp16=True)
    write_whole(folder / DESCRIPTION, [words.model_dump_json(indent=2) + "\n"])
    off_halved = furthest_of(networks, load_slide_model(folder))
    if off_halved > NEAR_HALVED:
        raise InputError(f"{folder}: shares lie {off_halved:.2g} away from Keras's with halved weights; do not ship it")
    return Shipped(off, off_halved, sum((folder / name).stat().st_size for name in FILES))


def furthest_of(networks: dict[str, keras.Model], model: SlideModel) -> float:
    """The same of both as they are read from their folder."""
    return max(furthest(networks[PATCHWISE], model.patchwise), furthest(networks[REFINER], model.refiner))


def furthest(network: keras.Model, shipped: Network) -> float:
    """How far the engine's shares are from Keras's where they differ most."""
    running = shipped.running(1, *network.input.shape[1:])
    return max(float(np.abs(running(trial) - shares(network, trial)).max()) for trial in trials(network))


def shares(network: keras.Model, trial: Floats) -> Floats:
    """Keras's first answer."""
    answer = network.predict_on_batch(trial)
    return np.asarray(answer[0] if isinstance(answer, list) else answer, np.float32)


def trials(network: keras.Model) -> list[Floats]:
    """From grey to coloured noise in coarse blocks, in the range that the network is used to: it answers each differently."""
    _, height, width, channels = network.input.shape
    rng, low = np.random.default_rng(0), -1.0 if channels == 3 else 0.0
    found = []
    for strength in np.linspace(0.1, 1, TRIALS):
        blocks = rng.random((1, -(-height // BLOCK), -(-width // BLOCK), channels)).repeat(BLOCK, axis=1).repeat(BLOCK, axis=2)
        light = 0.7 * (1 - strength) + strength * blocks[:, :height, :width]
        found.append((low + (1 - low) * light).astype(np.float32))
    return found


def export_onnx(network: keras.Model, path: Path) -> float:
    """The same network as ONNX, for other engines; what comes back is how far its shares are from Keras's at most."""
    import onnxruntime

    network(trials(network)[0])  # what was never called is not exported
    network.export(path, format="onnx", verbose=False)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    (name,) = (port.name for port in session.get_inputs())
    return max(float(np.abs(session.run(None, {name: trial})[0] - shares(network, trial)).max()) for trial in trials(network))
