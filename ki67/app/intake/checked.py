"""What `ki67 score` refuses is refused at the door, by the same line: nothing that cannot be decoded to its end comes in."""

from http import HTTPStatus
from threading import BoundedSemaphore

from ki67.app.problems import Problem
from ki67.base.hardware import CORES
from ki67.pictures.header import SLIDE, Header
from ki67.pictures.reader import open_regions

AT_ONCE = BoundedSemaphore(CORES)  # more would be no faster, and hold more pixels


def refuse_slide(header: Header) -> None:
    """Whatever is told by a pyramid is read another way than a field."""
    if header.kind == SLIDE:
        what = "is a slide, not a field; send it in parts, as a slide"
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"picture: {what}")


def refuse_damage(header: Header, um_per_px: float | None, network: float) -> None:
    """Decode all of it as scoring will, and keep nothing."""
    with AT_ONCE:
        open_regions(header, um_per_px or network, network).overview()
