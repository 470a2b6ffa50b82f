"""A picture without its metadata, in a draft of its own: written again by its format's rules, its coded pixels untouched."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from PIL import Image

from ki67.app.intake.jpeg import strip_jpeg
from ki67.app.intake.png import strip_png
from ki67.app.intake.tiff import strip_tiff
from ki67.app.store.files import Files
from ki67.data.images import FORMATS, open_image
from ki67.pictures.header import ORIENTATION, UPRIGHT, Header

STRIPPING: Mapping[str, Callable[[Path, Path], None]] = {
    "JPEG": lambda path, draft: strip_jpeg(path, draft, orientation_of(path)),
    "PNG": strip_png,
    "TIFF": strip_tiff,
}


@contextmanager
def stripped(files: Files, header: Header) -> Iterator[Path]:
    """The draft, as long as the block lasts."""
    with files.draft() as draft:
        STRIPPING[header.kind](header.path, draft)
        yield draft


def orientation_of(path: Path) -> int:
    """Which way is up; what is not said, or makes no sense, is upright."""
    with open_image(path, FORMATS) as image:
        said = exif_of(image).get(ORIENTATION, UPRIGHT)
    return said if isinstance(said, int) and UPRIGHT <= said <= 8 else UPRIGHT


def exif_of(image: Image.Image) -> Image.Exif:
    """What a camera wrote; nothing where that cannot be read."""
    try:
        return image.getexif()
    except (SyntaxError, ValueError, KeyError, OSError):
        return Image.Exif()
