"""What a shipped network of H&E patches says of itself, beside what training wrote."""

from pydantic import Field

from ki67.tiles.network import PatchNetwork

Range = tuple[float, float]


class ShippedNetwork(PatchNetwork):
    """Ready for `ki67 cellularity`. Its `um_per_px` is that of a pixel as the network sees it."""

    pixel_range: Range = (-1.0, 1.0)  # what 0 and 255 become
    source: str  # which run it comes from
    familiar: dict[str, Range] = Field(default_factory=dict)  # what training patches measure; nothing where nobody told
