"""The chapter of tumour cellularity: simulated H&E tissue, its segmentation, trees, networks, and all of them compared."""

from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from ki67.settings.networks import ROWS, NetworkName, Start
from ki67.settings.stage import Precision, Stage


class Tissue(Stage):
    """The simulated H&E cohort of the cellularity chapter."""

    patients: int = Field(ge=3)
    slides_per_patient: int = Field(ge=1, le=99)
    patches_per_slide: int = Field(ge=1)
    annotated_patients: int = Field(ge=2)
    annotated_per_patient: int = Field(ge=1)
    seed: int = Field(ge=0)


class Patches(Stage):
    """Who trains, validates and tests on H&E patches, and the patches as the networks see them."""

    share: float = Field(gt=0, lt=0.5)
    seed: int = Field(ge=0)


class Segment(Stage):
    """Weak segmentation of H&E patches, a network a decoder."""

    decoders: list[Literal["fpn", "unet"]] = Field(min_length=1)
    weights: Start
    width: float = Field(gt=0, le=1)
    epochs: int = Field(ge=1)
    crop: Annotated[int, Field(ge=32, le=256, multiple_of=32)]
    batch: int = Field(ge=1)
    crops_per_patch: int = Field(ge=1)
    learning_rate: float = Field(gt=0)
    schedule: Literal["linear", "cosine"]
    precision: Precision
    seed: int = Field(ge=0)


class Boost(Stage):
    """Cellularity by boosted trees on 81 features of many views."""

    views: int = Field(ge=1)
    rounds: int = Field(ge=1)
    learning_rate: float = Field(gt=0)
    leaves: int = Field(ge=2)
    depth: int = Field(ge=1)
    feature_fraction: float = Field(gt=0, le=1)
    most_rounds: int = Field(ge=1)
    patience: int = Field(ge=1)
    seed: int = Field(ge=0)


class Regress(Stage):
    """Networks that read the cellularity off a patch, a row of Table 2 each; `cellularity.rows` says what a name means."""

    networks: list[NetworkName] = Field(min_length=1)
    width: float = Field(gt=0, le=1)
    shrink: Literal[1, 2, 4]
    epochs: int = Field(ge=1)
    batch: int = Field(ge=1)
    learning_rate: float = Field(gt=0)
    tuned_epochs: int = Field(ge=1)
    tuned_learning_rate: float = Field(gt=0)
    schedule: Literal["linear", "cosine"]
    precision: Precision
    seed: int = Field(ge=0)

    @field_validator("width")
    @classmethod
    def as_wide_as_imagenet(cls, width: float, known: ValidationInfo) -> float:
        """Start from ImageNet fit the published width; said here, and not after the networks before them trained for hours."""
        started = [name for name in known.data.get("networks", ()) if ROWS[name].start == "imagenet"]
        if started and width != 1:
            raise ValueError(f"weights from ImageNet fit 1.0 alone; set it so, or take {', '.join(started)} out of networks")
        return width


class Cellularity(Stage):
    """Every model of the chapter on the test patches."""

    resamples: int = Field(ge=100)
    seed: int = Field(ge=0)


SECTIONS = (Tissue, Patches, Segment, Boost, Regress, Cellularity)
