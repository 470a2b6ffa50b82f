"""The chapter of the other backends."""

from typing import Literal

from pydantic import Field

from ki67.settings.networks import BackendName, Start
from ki67.settings.stage import Crop, Precision, Stage


class Backends(Stage):
    """The paper's networks on equal terms; whatever is not said here is as in `train` and `tune`."""

    names: list[BackendName] = Field(min_length=1)
    kind: Literal["check", "comparison"]
    weights: Start
    seeds: list[int] = Field(min_length=1)
    fields: int = Field(ge=1)
    judged: int = Field(ge=1)
    epochs: int = Field(ge=1)
    crops_per_frame: int = Field(ge=1)
    crop: Crop
    batch: int = Field(ge=1)
    learning_rates: list[float] = Field(min_length=1)
    search_epochs: int = Field(ge=1)
    momentum: float = Field(ge=0, lt=1)
    precision: Precision
    activation: Literal["relu", "linear"]


class BackendsCompared(Stage):
    """All backends side by side: tables, differences, times."""

    turns: int = Field(ge=1)
    resamples: int = Field(ge=100)
    seed: int = Field(ge=0)


SECTIONS = (Backends, BackendsCompared)
