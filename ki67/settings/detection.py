"""The chapter of PathoNet: who trains and who tests, the network, its thresholds, the test, the paper's own arguments."""

from typing import Annotated, Literal

from pydantic import Field

from ki67.settings.networks import BackendName, OwnName
from ki67.settings.stage import Crop, Precision, Section, Stage, other_than


class Split(Stage):
    """Who trains and who validates, and the frames that the networks see."""

    kind: Literal["published", "by_patient"]


class Train(Stage):
    """The study's network, its labels and its training."""

    backend: BackendName | OwnName
    seeds: list[int] = Field(min_length=1)
    epochs: int = Field(ge=1)
    crop: Crop
    batch: int = Field(ge=1)
    crops_per_frame: int = Field(ge=1)
    learning_rate: float = Field(gt=0)
    schedule: Literal["step", "cosine"]
    precision: Precision
    tint: float = Field(ge=0)
    l2: float = Field(ge=0)
    activation: Literal["relu", "linear"]
    unit: list[float] = Field(min_length=3, max_length=3)
    peak: float = Field(gt=0)
    centre: float = Field(gt=0, le=65535)
    sigma: float = Field(gt=0)
    overlap: Literal["last", "maximum"]


class FineTune(Section):
    """How a finished network goes on learning from a laboratory's own labelled pictures, and how that is cross-validated."""

    epochs: int = Field(ge=1)
    crops_per_frame: int = Field(ge=1)
    batch: int = Field(ge=1)
    learning_rate: float = Field(gt=0)
    simulated: int = Field(ge=1)
    folds: int = Field(ge=2)
    seed: int = Field(ge=0)


class Tune(Stage):
    """How thresholds are chosen on validation: what a hit is, and how touching cells are parted."""

    radius: float = Field(gt=0)
    matching: Literal["published", "strict"]
    marker: Literal["distance", "density"]
    min_distance: int = Field(ge=1)


class Scorer(Train):
    """Our own network for `ki67 score`: trained on the same fields, its thresholds chosen on fields of other laboratories."""

    others: int = Field(ge=2)
    others_seed: int = Field(ge=0)
    judged_seed: Annotated[
        int,
        Field(ge=0),
        other_than("others_seed", "thresholds are chosen on fields of this seed; give those that judge one of their own"),
    ]
    resamples: int = Field(ge=100)


class Classical(Stage):
    """The classical row, tuned like the network."""

    radius: float = Field(gt=0)
    matching: Literal["published", "strict"]


class Evaluate(Stage):
    """How sure the test's figures are: how often its patients are drawn anew, and from which seed."""

    resamples: int = Field(ge=100)
    seed: int = Field(ge=0)


class Ablations(Stage):
    """The paper's own arguments, each a short training of its own."""

    variants: list[Literal["as_published", "plain_convolutions", "centre_2250", "crop"]]
    epochs: int = Field(ge=1)
    seeds: list[int] = Field(min_length=1)


SECTIONS = (Split, Train, FineTune, Tune, Scorer, Classical, Evaluate, Ablations)
