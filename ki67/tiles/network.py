"""What a network that reads H&E patches says of itself: how to build it, what it wants, what its numbers mean."""

from pydantic import BaseModel, ConfigDict


class PatchNetwork(BaseModel):
    """What travels with the weights: without it nobody knows a network's scale or training."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    architecture: str
    width: float
    output: str
    um_per_px: float
    preprocessing: str = "8-bit RGB, halved by area averaging, pixels from −1 to 1"
    trained_on: str
    data_hash: str
    recipe: dict[str, float | int | str | list[float]]  # what its training was told, for the record

    @property
    def shrink(self) -> int:
        """How many pixels, across and down, the network averages before it looks; told of those that give a score."""
        return int(str(self.recipe["shrink"]))

    @property
    def segmentation_width(self) -> float:
        """How wide the network is that makes the maps of a cascade."""
        return float(str(self.recipe["segmentation_width"]))
