"""Files of far more parts than a picture has are refused before anybody opens them: opening reads each part."""

from collections.abc import Callable, Mapping
from pathlib import Path

from ki67.app.intake.jpeg import walk_jpeg
from ki67.app.intake.png import walk_png
from ki67.app.intake.tiff import walk_tiff

WALKS: Mapping[bytes, Callable[[Path], None]] = {
    b"\xff\xd8\xff": walk_jpeg, b"\x89PNG": walk_png, b"II": walk_tiff, b"MM": walk_tiff,
}  # fmt: skip


def refuse_costly(path: Path) -> None:
    """By its first bytes; what begins otherwise is nothing that is opened."""
    with path.open("rb") as file:
        first = file.read(4)
    for magic, walk in WALKS.items():
        if first.startswith(magic):
            walk(path)
