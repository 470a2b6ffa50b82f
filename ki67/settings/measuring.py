"""What is measured of a network besides its cells: the energy it takes, and how it bears changed pictures."""

from typing import Literal

from pydantic import Field

from ki67.settings.stage import Stage


class Energy(Stage):
    """The paper's experiment: a network is asked so many times."""

    queries: int = Field(ge=1)
    country: str = Field(pattern="^[A-Z]{3}$")
    tracking_mode: Literal["process", "machine"]


class Robustness(Stage):
    """Test fields changed step by step."""

    fields: int = Field(ge=1)


SECTIONS = (Energy, Robustness)
