"""What `ki67 score` refuses is refused at the door, by the same line: no field that cannot be decoded to its end comes in."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import BoundedSemaphore

from ki67.app.intake.costly import refuse_costly
from ki67.app.intake.stripped import stripped
from ki67.app.scoring.network import shipped
from ki67.app.settings import Caps
from ki67.app.store.files import Files
from ki67.base.errors import WrongKind
from ki67.base.hardware import CORES
from ki67.pictures.header import SLIDE, Header, header
from ki67.pictures.reader import open_regions

AT_ONCE = BoundedSemaphore(CORES)  # more would be no faster, and hold more pixels


def field_head(path: Path, caps: Caps) -> Header:
    """As `ki67 score` reads it, but no slide: whatever is told by a pyramid is read another way than a field."""
    refuse_costly(path)
    head = header(path, caps.picture_pixels)
    if head.kind == SLIDE:
        raise WrongKind(f"{path}: is a slide, not a field; send it in parts, as a slide")
    return head


@contextmanager
def checked_field(files: Files, head: Header, um_per_px: float | None) -> Iterator[Path]:
    """A draft without metadata that can be decoded to its end, as long as the block lasts."""
    with stripped(files, head) as draft:
        refuse_damage(replace(head, path=draft), um_per_px, shipped().seen)
        yield draft


def refuse_damage(header: Header, um_per_px: float | None, network: float) -> None:
    """Decode all of it as scoring will, and keep nothing."""
    with AT_ONCE:
        open_regions(header, um_per_px or network, network).overview()
