"""A PNG of nothing but its pixels: chunks of text, times, profiles and whatever follows the picture are left out."""

from pathlib import Path

from ki67.app.intake.copying import copy, exactly
from ki67.base.errors import Unreadable
from ki67.data.images import damaged

SIGNATURE, HEAD, SUM = 8, 8, 4  # bytes before the first chunk; before and after what each holds: its length and name, its sum
KEPT = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
LAST = KEPT[-1]
OPTIONAL = 0x20  # in the first letter of a chunk's name: whoever does not know it may pass it over


def strip_png(path: Path, draft: Path) -> None:
    """Write its pixels' chunks again, each as it stands."""
    with path.open("rb") as file, draft.open("wb") as out:
        copy(path, file, out, SIGNATURE)
        name = b""
        while name != LAST:
            head = exactly(path, file, HEAD)
            length, name = int.from_bytes(head[:4], "big") + SUM, head[4:]
            if name in KEPT:
                out.write(head)
                copy(path, file, out, length)
            elif name[0] & OPTIONAL:
                file.seek(length, 1)
            else:
                raise Unreadable(damaged(path, f", an unknown chunk before byte {file.tell()}"))
