"""What a trained network says of itself: how to build it, what it was trained on, and how its maps become cells."""

import json
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from ki67.base.errors import InputError
from ki67.cells.detect import Detector

LAYERS = "network.json"  # beside the weights, layer by layer, of any network but PathoNet, which the engine knows by heart


class Thresholds(BaseModel):
    """From which map value a pixel belongs to a cell, a class each."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    positive: float
    negative: float
    til: float


class Description(BaseModel):
    """What travels with the weights."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    architecture: str
    activation: str
    um_per_px: float
    preprocessing: str = "8-bit RGB, whole field reduced to 256×256 by area averaging, divided by 255"
    trained_on: str
    data_hash: str
    recipe: dict[str, float | int | str | list[float]]
    thresholds: Thresholds | None = None
    marker: Literal["distance", "density"] = "distance"
    min_distance: int = 5


Schema = TypeVar("Schema", bound=BaseModel)


def load_description(folder: Path) -> Description:
    """What the PathoNet in a folder says of itself."""
    return read_description(folder, Description)


def read_description(folder: Path, schema: type[Schema]) -> Schema:
    """What the model in a folder says of itself, in the words of its kind."""
    path = folder / "model.json"
    try:
        return schema.model_validate(json.loads(path.read_text()))
    except FileNotFoundError as error:
        raise InputError(f"{path}: missing; a model is a folder with model.json and weights.safetensors") from error
    except (json.JSONDecodeError, ValidationError) as error:
        what = str(error).splitlines()[0]
        raise InputError(f"{path}: not a model description ({what}); train or copy the model again") from error


def detector_of(description: Description) -> Detector:
    """The post-processing that a tuned network was tuned with."""
    if description.thresholds is None:
        raise ValueError("this network has no thresholds yet; run the stage `tune`")
    chosen = description.thresholds
    return Detector((chosen.positive, chosen.negative, chosen.til), description.min_distance, description.marker)
