"""The chapter of the scoring app's model: masks from points."""

from pydantic import Field

from ki67.settings.stage import Stage


class Masks(Stage):
    """Masks of all fields, who trains, validates and tests by picture, and what the masks lose."""

    share: float = Field(gt=0, lt=0.5)
    seed: int = Field(ge=0)
    resamples: int = Field(ge=100)


SECTIONS = (Masks,)
