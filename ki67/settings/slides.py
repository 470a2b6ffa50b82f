"""The chapter of whole slides: simulated sections, their preparation, patch networks, refinement, the designs compared."""

from typing import Annotated, Literal

from pydantic import Field, field_validator

from ki67.settings.simulation import SimulatedCohort
from ki67.settings.stage import Precision, Stage

PatchNetworkName = Literal["mobilenetv2", "inceptionv3"]
RefinerName = Literal["unet_low", "unet", "agunet", "dagunet", "doubleunet"]
Rule = Literal["published", "as_coded"]
Pacing = Literal["linear", "cosine", "constant"]  # of the learning rate over a training


class Sections(SimulatedCohort):
    """The simulated cohort of whole H&E sections."""

    patients: int = Field(ge=2, le=1000)
    sections_per_patient: int = Field(ge=1, le=9)
    test_patients: int = Field(ge=1)
    um_per_px: Annotated[float, Field(ge=0.5, le=2, multiple_of=0.5)]
    side_um: Annotated[int, Field(ge=1536, multiple_of=8)]


class Slides(Stage):
    """Who trains, validates and tests on sections; where tissue is, and what each patch is called."""

    validation_share: float = Field(gt=0, lt=0.5)
    test_share: float = Field(gt=0, lt=0.5)
    seed: int = Field(ge=0)
    rule: Rule
    side: Annotated[int, Field(ge=128, le=1024, multiple_of=128)]


class PatchTraining(Stage):
    """How a network of patches is trained."""

    width: float = Field(gt=0, le=1)
    shrink: Literal[1, 2, 4]
    epochs: int = Field(ge=1)
    steps: int = Field(ge=1)
    batch: int = Field(ge=2)
    validation_steps: int = Field(ge=1)
    learning_rate: float = Field(gt=0)
    schedule: Pacing
    momentum: float = Field(gt=0, lt=1)
    precision: Precision
    seed: int = Field(ge=0)


class Patchwise(PatchTraining):
    """Designs III and IV: networks that tell tumour from the rest, a patch at a time."""

    networks: list[PatchNetworkName] = Field(min_length=1)
    weights: Literal["random", "imagenet"]
    folds: Annotated[int, Field(ge=0, le=10)]

    @field_validator("folds")
    @classmethod
    def enough(cls, folds: int) -> int:
        """One fold would leave nobody to learn from."""
        if folds == 1:
            raise ValueError("one fold leaves nobody to learn from; 0 for none, or 2 and more")
        return folds


class Clustered(PatchTraining):
    """Design V: the same network, its loss balanced over clusters of tissue."""

    loss: Literal["as_coded", "as_printed"]
    features: Literal["own", "vgg16"]
    clusters: int = Field(ge=2)
    variance: float = Field(gt=0, lt=1)
    feature_batches: int = Field(ge=1)


class Refine(Stage):
    """Designs II and VI to IX: networks that see a whole section, alone or beside its heat map."""

    networks: list[RefinerName] = Field(min_length=1)
    filters: list[int] = Field(min_length=3)
    epochs: int = Field(ge=1)
    patience: int = Field(ge=1)
    batch: int = Field(ge=1)
    accumulate: int = Field(ge=1)
    learning_rate: float = Field(gt=0)
    schedule: Pacing
    momentum: float = Field(gt=0, lt=1)
    rule: Rule
    seed: int = Field(ge=0)


class SlidesCompared(Stage):
    """The nine designs on the test sections."""

    resamples: int = Field(ge=100)
    seed: int = Field(ge=0)


SECTIONS = (Sections, Slides, Patchwise, Clustered, Refine, SlidesCompared)
