"""What `ki67 score` refuses is refused at the door, by the same line: nothing that cannot be decoded to its end comes in."""

from http import HTTPStatus

from ki67.app.problems import Problem
from ki67.data.images import decoded
from ki67.pictures.header import SLIDE, Header
from ki67.pictures.holes import refuse_holes
from ki67.pictures.reader import open_regions

EIGHTH = 8  # a JPEG is gone through to its end for the least work where only every eighth pixel is made


def refuse_slide(header: Header) -> None:
    """Whatever is told by a pyramid is read another way than a field."""
    if header.kind == SLIDE:
        what = "is a slide, not a field; send it in parts, as a slide"
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"picture: {what}")


def refuse_damage(header: Header) -> None:
    """Decode all of it, and keep nothing."""
    if header.kind == "JPEG":
        refuse_holes(header.path)
        decoded(header.path, header.kind, (header.width, header.height), EIGHTH)
    else:
        open_regions(header, 1.0, 1.0).overview()
