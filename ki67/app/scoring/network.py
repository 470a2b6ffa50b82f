"""What intake has to know of the shipped networks before they are asked anything: their scale. No engine is loaded for that."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from ki67.app.store.rows.cases import PictureKind
from ki67.base.errors import UnknownScale
from ki67.container.container import read
from ki67.data.slide_files import PLAUSIBLE
from ki67.pictures.header import Header
from ki67.pictures.scale import ask_for_scale, checked_size
from ki67.weights import NETWORK

FRAME, FIELD, LEAST = 256, 1228, 32  # as the engine and the scorer have them, which a test compares
SLIDE_UM, SLIDE_LEAST = 1.0, 128  # as the grid of slides has them, too


@dataclass(frozen=True)
class NetworkScale:
    """At which scale a network looks, and what it needs there."""

    seen: float  # micrometres of a pixel as the network sees it
    least: int  # such pixels a side
    published: float | None = None  # micrometres of a pixel of the published fields
    taken: tuple[float, float] = (0.0, math.inf)  # micrometres of a pixel that a picture may have

    def of(self, header: Header) -> float | None:
        """The scale of a picture by the rule of every tool: as the user says, as published, as its file tells; never a guess."""
        published = (header.width, header.height) == (FIELD, FIELD) and self.published
        return header.asked or published or header.um_per_px

    def check(self, header: Header) -> float:
        """The scale of a picture that can be scored at it; one line where none is known, or where it cannot."""
        found = self.of(header)
        if not found:
            raise ask_for_scale(header)
        checked_size(header, found, self.seen, self.least)
        if not self.taken[0] <= found <= self.taken[1]:
            raise UnknownScale(f"{header.path}: {found:g} µm/px is no scale of a microscope; correct --mpp")
        return found

    def checked(self, header: Header) -> float | None:
        """The same, where a scale may still be asked for."""
        try:
            return self.check(header)
        except UnknownScale:
            if header.asked:
                raise
            return None


@cache
def shipped() -> NetworkScale:
    """Of fields, read once from the network's own file."""
    published = read(NETWORK).description["um_per_px"]
    assert isinstance(published, float)
    return NetworkScale(published * FIELD / FRAME, LEAST, published)


def of_patches() -> NetworkScale:
    """Of slides."""
    return NetworkScale(SLIDE_UM, SLIDE_LEAST, taken=PLAUSIBLE)


SCALES: Mapping[PictureKind, Callable[[], NetworkScale]] = {"field": shipped, "slide": of_patches}
