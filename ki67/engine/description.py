"""What a trained network says of itself: how to build it, what it was trained on, and how its maps become cells."""

import json
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from ki67.base.errors import InputError
from ki67.cells.density import Overlap, Stamp

Marker = Literal["distance", "density"]
LAYERS = "network.json"  # beside the weights, layer by layer, of any network but PathoNet, which the engine knows by heart


class Thresholds(BaseModel):
    """From which map value a pixel belongs to a cell, a class each."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    positive: float
    negative: float
    til: float

    @classmethod
    def of(cls, by_class: tuple[float, float, float]) -> "Thresholds":
        """From values in the order of the network's maps."""
        positive, negative, til = by_class
        return cls(positive=positive, negative=negative, til=til)

    @property
    def by_class(self) -> tuple[float, float, float]:
        """The values in the order of the network's maps."""
        return self.positive, self.negative, self.til


class TrainingRecipe(BaseModel):
    """How the weights were found, and from which labels: the settings of the stage `train` for one network."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    epochs: int
    crop: int
    batch: int
    crops_per_frame: int
    learning_rate: float
    schedule: str
    precision: str
    tint: float = Field(default=0.0, exclude_if=lambda spread: spread == 0)  # not told of networks that saw frames as they are
    l2: float
    activation: str
    unit: tuple[float, float, float]
    peak: float
    centre: float
    sigma: float
    overlap: Overlap
    seed: int

    @property
    def stamp(self) -> Stamp:
        """How one label was drawn."""
        return Stamp(self.peak, self.sigma, self.centre, self.overlap)


class Description(BaseModel):
    """What travels with the weights: without it nobody knows their scale, thresholds or training."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    architecture: str
    activation: str
    um_per_px: float = Field(gt=0, allow_inf_nan=False)
    preprocessing: str = "8-bit RGB, whole field reduced to 256×256 by area averaging, divided by 255"
    trained_on: str
    data_hash: str
    recipe: TrainingRecipe
    thresholds: Thresholds | None = None
    marker: Marker = "distance"
    min_distance: int = 5

    def tuned(self, thresholds: tuple[float, float, float], marker: Marker, min_distance: int) -> "Description":
        """The same network once it is known how its maps become cells."""
        changes = {"thresholds": Thresholds.of(thresholds), "marker": marker, "min_distance": min_distance}
        return self.model_copy(update=changes)


Schema = TypeVar("Schema", bound=BaseModel)


def load_description(folder: Path) -> Description:
    """What the network for cells in a folder says of itself."""
    return read_description(folder, Description)


def read_description(folder: Path, schema: type[Schema]) -> Schema:
    """What the model in a folder says of itself, in the words of its kind."""
    path = folder / "model.json"
    try:
        return schema.model_validate(json.loads(path.read_text()))
    except FileNotFoundError as error:
        raise InputError(f"{path}: missing; a model is a folder with model.json and weights.safetensors") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); train or copy the model again") from error
    except (ValueError, RecursionError) as error:
        what = str(error).splitlines()[0]
        raise InputError(f"{path}: not a model description ({what}); train or copy the model again") from error
