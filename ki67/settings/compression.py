"""The chapter of weight sharing: the grid, what it chose, the smallest file, networks that are not PathoNet."""

from typing import Literal

from pydantic import Field

from ki67.settings.names import QuantizerName
from ki67.settings.stage import Crop, Precision, Stage


class Compress(Stage):
    """The grid: each quantiser with each k, retrained at each rate of the representatives."""

    quantizers: list[QuantizerName] = Field(min_length=1)
    ks: list[int] = Field(min_length=1)
    clr: list[float] = Field(min_length=1)
    update: Literal["published", "gradient"]
    epochs: int = Field(ge=0)
    steps: int = Field(ge=1)
    crop: Crop
    batch: int = Field(ge=1)
    learning_rate: float = Field(gt=0)
    precision: Precision
    fields: int = Field(ge=1)
    seed: int = Field(ge=0)
    cluster: str = ""


class Compressed(Stage):
    """The chosen compressions, retrained on all training patients, and tested."""

    small_k: int = Field(ge=2)
    resamples: int = Field(ge=100)
    seed: int = Field(ge=0)


class Small(Stage):
    """The smallest file that finds the cells of the whole network."""

    steps: list[float] = Field(min_length=1)
    fields: int = Field(ge=1)
    batches: int = Field(ge=0)
    batch: int = Field(ge=1)
    rate: float = Field(gt=0)
    learning_rate: float = Field(gt=0)
    resamples: int = Field(ge=100)
    seed: int = Field(ge=0)


class Own(Stage):
    """The walk-through: networks that are not PathoNet."""

    k: int = Field(ge=2)
    networks: list[Literal["reports_reader", "densenet_ensemble"]] = Field(min_length=1)
    seed: int = Field(ge=0)


SECTIONS = (Compress, Compressed, Small, Own)
