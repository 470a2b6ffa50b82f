"""The chapter of the scoring app's model: masks from points, and the U-Net that learns them."""

from typing import Annotated, Literal

from pydantic import Field

from ki67.settings.networks import Start
from ki67.settings.slides import Pacing
from ki67.settings.stage import Precision, Stage


class Masks(Stage):
    """Masks of all fields, who trains, validates and tests by picture, and what the masks lose."""

    share: float = Field(gt=0, lt=0.5)
    seed: int = Field(ge=0)
    resamples: int = Field(ge=100)


class MasksUnet(Stage):
    """How the app's network is trained, once on each way to part the fields."""

    splits: list[Literal["picture", "patient"]] = Field(min_length=1)
    weights: Start
    width: float = Field(ge=0.2, le=1)  # below a fifth two stages of the encoder are equally wide, and it cannot part them
    epochs: int = Field(ge=1)
    crop: Annotated[int, Field(ge=32, le=256, multiple_of=32)]  # five times halved
    batch: int = Field(ge=1)
    crops_per_field: int = Field(ge=1)
    learning_rate: float = Field(gt=0)
    schedule: Pacing
    precision: Precision
    seed: int = Field(ge=0)


class MasksJudged(Stage):
    """How sure the figures of the test fields are: how often their patients are drawn anew, and from which seed."""

    resamples: int = Field(ge=100)
    seed: int = Field(ge=0)


SECTIONS = (Masks, MasksUnet, MasksJudged)
