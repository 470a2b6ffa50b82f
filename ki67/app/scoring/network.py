"""What intake has to know of the shipped network before it is asked anything: its scale. The engine is not loaded for that."""

from dataclasses import dataclass
from functools import cache

from ki67.base.errors import UnknownScale
from ki67.container.container import read
from ki67.pictures.header import Header
from ki67.pictures.scale import ask_for_scale, checked_size
from ki67.weights import NETWORK

FRAME, FIELD, LEAST = 256, 1228, 32  # as the engine and the scorer have them, which a test compares


@dataclass(frozen=True)
class NetworkScale:
    """Micrometres of a pixel of the published fields that the network was trained for."""

    published: float

    @property
    def seen(self) -> float:
        """Of a pixel as the network sees it."""
        return self.published * FIELD / FRAME

    def of(self, header: Header) -> float | None:
        """The scale of a picture by `ki67 score`'s rule: as the user says, as published, as its file tells; never a guess."""
        published = self.published if (header.width, header.height) == (FIELD, FIELD) else None
        return header.asked or published or header.um_per_px

    def check(self, header: Header) -> float:
        """The scale of a picture that can be scored at it; one line where none is known, or where it cannot."""
        found = self.of(header)
        if not found:
            raise ask_for_scale(header)
        checked_size(header, found, self.seen, LEAST)
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
    """Read once from the network's own file."""
    published = read(NETWORK).description["um_per_px"]
    assert isinstance(published, float)
    return NetworkScale(published)
