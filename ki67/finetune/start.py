"""Where fine-tuning starts: a finished network with what it says of itself, from a `.ki67` file or a model folder."""

from dataclasses import dataclass
from pathlib import Path

import keras

from ki67.base.errors import InputError
from ki67.compression.files import described, expanded
from ki67.container.container import read
from ki67.engine.description import Description
from ki67.engine.model import FIELD, FRAME, Model, load_model
from ki67.models.store import load_keras, with_weights
from ki67.models.training import scale_output
from ki67.weights import NETWORK

SHIPPED = "shipped"  # what a user writes for the network that comes with the package


@dataclass(frozen=True)
class Start:
    """A network whose maps are told in the units that it learns in, and the hash of the file it came from."""

    network: keras.Model
    description: Description
    digest: str

    @property
    def um_per_px(self) -> float:
        """Micrometres of a pixel as the network sees it."""
        return self.description.um_per_px * FIELD / FRAME

    @property
    def thresholds(self) -> tuple[float, float, float]:
        """Its own, by class; a network without them is refused when it is loaded."""
        assert self.description.thresholds is not None
        return self.description.thresholds.by_class


def named(start: Path) -> Path:
    """The file or folder that a user means."""
    return NETWORK if start == Path(SHIPPED) else start


def load_start(path: Path) -> Start:
    """Any network for cells that ki67 trained, compressed or whole."""
    model = load_model(path)
    network = network_of(model)
    unit = model.description.recipe.unit
    try:
        scale_output(network, [told / learnt for told, learnt in zip(model.unit, unit, strict=True)])
    except ValueError as error:
        raise InputError(f"{path}: no layer `maps` at its end; name a network for cells that ki67 trained") from error
    return Start(network, model.description, model.digest)


def network_of(model: Model) -> keras.Model:
    """In Keras, by whatever tells its layers: a container, a file beside its weights, or the builder of its name."""
    path, layers = model.path, model.layers
    if not path.is_dir():
        return expanded(read(path), str(path))
    return with_weights(described(dict(layers), str(path)), path) if layers else load_keras(path)[0]
