"""What the two networks of a slide say of themselves: one looks at patches, the other at the whole."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from ki67.slides.grid import LEAST_TISSUE, PATCH, UM_PER_PX
from ki67.slides.refine import Lightness
from ki67.slides.tissue import PUBLISHED, TissueRule


class SlideNetworks(BaseModel):
    """What travels with the weights: without it nobody knows what they were shown, and where."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    patchwise: str  # the architecture of the network of patches
    refiner: str  # and of the one that sees the whole slide in small, its heat map over it
    patch: Annotated[int, Field(ge=PATCH, le=PATCH)] = PATCH
    um_per_px: Annotated[float, Field(ge=UM_PER_PX, le=UM_PER_PX)] = UM_PER_PX  # of a patch before it is shrunk
    shrink: Literal[1, 2, 4, 8]  # how many pixels, across and down, are averaged before a patch is looked at
    side: Annotated[int, Field(ge=16, le=4096)]  # pixels of the square that the refiner sees
    lightness: Lightness = "unit"
    tissue: TissueRule = PUBLISHED
    least_tissue: Annotated[float, Field(ge=0, lt=1)] = LEAST_TISSUE  # of a patch: what holds no more is left out
    threshold: Annotated[float, Field(gt=0, lt=1)] = 0.5  # of the refiner's answer, from which there is tumour
    trained_on: str
    source: str  # which run they come from
    data_hash: str
    parameters: dict[str, int]  # of each network

    @property
    def patch_side(self) -> int:
        """Pixels of a patch as the network sees it."""
        return self.patch // self.shrink

    @property
    def seen_um_per_px(self) -> float:
        """Micrometres of such a pixel."""
        return self.um_per_px * self.shrink
