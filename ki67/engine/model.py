"""A trained network from its file, by name and hash, ready to be built in any precision."""

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from safetensors import SafetensorError
from safetensors.numpy import load

from ki67.base.errors import InputError, nearest
from ki67.cells.detect import Detector
from ki67.cells.uncertainty import ScorerError
from ki67.container.container import read_bytes
from ki67.engine import pathonet
from ki67.engine.description import LAYERS, Description, load_description
from ki67.engine.detector import detector_of
from ki67.engine.graphs import Floats, Network, ov
from ki67.engine.grids import Images, Reach
from ki67.engine.layers import graph_of, read_network, whole_kernels
from ki67.engine.names import Precision
from ki67.engine.pathonet import Weight
from ki67.engine.precision import network, reach_of

FRAME, FIELD = 256, 1228  # pixels of a published field as the network sees it, and as it is
# What a container's description may hold beside the network's own.
COMPRESSED, REACH, FAMILIAR, ERROR = "compression", "reach", "familiar", "index_error"


@dataclass(frozen=True)
class Architecture:
    """How to build a network for the engine, and which kernels lose too much in whole numbers."""

    build: Callable[[Weight, str, Sequence[float]], ov.Model]
    whole: tuple[str, ...]


ARCHITECTURES = {"pathonet": Architecture(pathonet.pathonet, pathonet.WHOLE)}


Ranges = Mapping[str, tuple[float, float]]


@dataclass(frozen=True)
class Shipped:
    """What a container may say of a network beside its description: nothing of it where a model is a folder."""

    compressed: bool = False  # by a study, in the units that it was trained in
    reach: Ranges = field(default_factory=dict)
    familiar: Ranges = field(default_factory=dict)
    error: ScorerError | None = None

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "Shipped":
        """From a container's description."""
        return cls(COMPRESSED in values, _ranges(values.get(REACH)), _ranges(values.get(FAMILIAR)), _error(values.get(ERROR)))


@dataclass(frozen=True)
class Model:
    """A network, what it says of itself, and the hash of the file it came from."""

    path: Path
    digest: str
    description: Description
    weight: Weight
    shipped: Shipped
    layers: Mapping[str, Any] | None = None  # Keras's description of it, where it has one

    @property
    def um_per_px(self) -> float:
        """Micrometres of a pixel as the network sees it: a whole published field is reduced to its frame."""
        return self.description.um_per_px * FIELD / FRAME

    @property
    def unit(self) -> Sequence[float]:
        """What its maps are told in: a study compresses a network in the units that it was trained in."""
        return self.description.recipe.unit if self.shipped.compressed else (1.0, 1.0, 1.0)

    @property
    def detector(self) -> Detector:
        """The post-processing that it was tuned with."""
        return detector_of(self.description)

    @property
    def architecture(self) -> Architecture:
        """How it is built for the engine."""
        name, layers = self.description.architecture, self.layers
        if name in ARCHITECTURES:
            return ARCHITECTURES[name]
        if layers is None:
            what = f"the engine does not know the network {name!r}{nearest(name, ARCHITECTURES)}"
            raise InputError(f"{self.path}: {what}; any other is told by {LAYERS} beside it, which `ki67 train` writes")
        return Architecture(lambda weight, activation, unit: graph_of(layers, weight, unit), whole_kernels(layers))

    def graph(self) -> ov.Model:
        """The network as the engine runs it best, made when it is asked for: its weights are kept once, in the engine."""
        try:
            return self.architecture.build(self.weight, self.description.activation, self.unit)
        except KeyError as error:
            raise InputError(f"{self.path}: lacks {error}; train or copy the model again") from error
        except InputError as error:
            raise InputError(f"{self.path}: the engine cannot build its network ({error})") from error
        except (TypeError, ValueError, RuntimeError) as error:
            what = "the engine cannot build its network from its weights"
            raise InputError(f"{self.path}: {what}; train or copy the model again") from error

    def reach(self, images: Callable[[], Images]) -> Reach:
        """How far values reach: as the file says, else as pictures show."""
        return dict(self.shipped.reach) or reach_of(self.graph(), self.architecture.whole, images())

    @property
    def familiar(self) -> Ranges:
        """What pictures like those of training measure; nothing where the file does not say."""
        return self.shipped.familiar

    @property
    def error(self) -> ScorerError | None:
        """How far its index is off by itself; nothing where the file does not say."""
        return self.shipped.error

    def network(self, precision: Precision, images: Callable[[], Images]) -> Network:
        """The network in the numbers asked for; pictures are asked for where whole numbers need to know how far values reach."""
        reach = self.reach(images) if precision == "int8" else {}
        return network(self.graph(), precision, self.architecture.whole, reach)


def _ranges(stored: Any) -> Ranges:
    return {name: (float(low), float(high)) for name, (low, high) in stored.items()} if isinstance(stored, dict) else {}


def _error(stored: Any) -> ScorerError | None:
    if stored is None:
        return None
    error = ScorerError(float(stored["cells"]), float(stored["shared"]))
    if not (0 <= error.cells < math.inf and 0 <= error.shared < math.inf):
        raise ValueError(f"an error of {error.cells} and {error.shared}")
    return error


def load_model(path: Path) -> Model:
    """A model from one `.ki67` file, or from the folder that training wrote."""
    return _from_folder(path) if path.is_dir() else _from_container(path)


def _from_container(path: Path) -> Model:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); name a .ki67 file or a model folder") from error
    stored = read_bytes(data, str(path))
    described = {name: value for name, value in stored.description.items() if name in Description.model_fields}
    try:
        description = Description.model_validate(described)
    except ValidationError as error:
        what = error.errors()[0]
        raise InputError(f"{path}: no network for cells ({what['loc'][0]}: {what['msg']}); name one that ki67 trained") from error
    try:
        shipped = Shipped.of(stored.description)
    except (TypeError, ValueError, KeyError) as error:
        raise InputError(f"{path}: what it says of training pictures makes no sense; copy the file again") from error
    kernels = {kernel.name: kernel for kernel in stored.shared.kernels}

    def weight(name: str) -> Floats:
        return stored.shared.values(kernels[name]) if name in kernels else stored.vectors[name]

    layers = stored.architecture.get("keras") if isinstance(stored.architecture, dict) else None
    network = layers if isinstance(layers, dict) else None
    return _checked(Model(path, hashlib.sha256(data).hexdigest(), description, weight, shipped, network))


def _from_folder(path: Path) -> Model:
    description, layers, file = load_description(path), read_network(path), path / "weights.safetensors"
    try:
        data = file.read_bytes()
        weights = load(data)
    except (OSError, SafetensorError) as error:
        raise InputError(f"{file}: missing or damaged ({error}); train or copy the model again") from error
    digest = hashlib.sha256(data + (path / "model.json").read_bytes()).hexdigest()
    return _checked(Model(path, digest, description, weights.__getitem__, Shipped(), layers))


def _checked(model: Model) -> Model:
    if model.description.thresholds is None:
        raise InputError(f"{model.path}: its thresholds were never tuned; use a model from models/tuned or `ki67 train`")
    return model
