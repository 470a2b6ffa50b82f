"""A slide comes in as the pixels of its levels and nothing else: no label, no photograph of the glass, no name, no date."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from ki67.app.intake.costly import refuse_costly
from ki67.app.intake.tiff import write_pages
from ki67.app.intake.tiff_pages import HEIGHT, TILE_HEIGHT, TILE_WIDTH, WIDTH, Page
from ki67.app.settings import Caps
from ki67.app.store.files import Files
from ki67.base.errors import InputError, Unreadable, WrongKind
from ki67.pictures.header import AT_ONCE, SLIDE, Header, header
from ki67.pictures.raw_tiles import VENDORS
from ki67.pictures.regions import Size

EXPORT = "export it as a tiled, pyramidal TIFF"
SAME_SHAPE = 0.02  # of its height, beside the pixel by which each side may be rounded


def slide_head(path: Path, caps: Caps) -> Header:
    """As `ki67 slide` reads it, where its levels can be told from whatever else its file holds."""
    import openslide

    vendor = openslide.OpenSlide.detect_format(path)
    if vendor is None:
        raise WrongKind(f"{path}: no slide that OpenSlide reads; {EXPORT}")
    if vendor not in VENDORS:
        raise WrongKind(f"{path}: is of the kind {vendor}, of which a patient's name cannot be taken off; {EXPORT}")
    refuse_costly(path)
    return replace(header(path), kind=SLIDE)


@contextmanager
def levels_alone(files: Files, head: Header, um_per_px: float | None) -> Iterator[Path]:
    """A draft that OpenSlide reads as the same levels, each tile byte for byte, as long as the block lasts."""
    levels = levels_of(head.path)
    refuse_no_small_level(head.path, levels[-1])
    refuse_other_shapes(head.path, levels)
    with files.draft() as draft:
        write_pages(head.path, draft, lambda pages: among(pages, levels))
        refuse_other_levels(draft, levels)
        yield draft


def levels_of(path: Path) -> Sequence[Size]:
    """From the finest to the smallest."""
    import openslide

    try:
        with openslide.OpenSlide(path) as slide:
            return list(slide.level_dimensions)
    except openslide.OpenSlideError as error:
        raise Unreadable(f"{path}: damaged or truncated ({error}); copy or export it again") from error


def refuse_other_levels(draft: Path, levels: Sequence[Size]) -> None:
    """What OpenSlide only reads by words that are dropped, or packed in a way of its maker's, is another slide without them."""
    with suppress(InputError):
        if levels_of(draft) == levels:
            return
    raise WrongKind(f"{draft}: its levels cannot be read without what else its file holds; {EXPORT}")


def refuse_no_small_level(path: Path, smallest: Size) -> None:
    """Whoever looks at a slide in small must not have to wait for all of its pixels."""
    width, height = smallest
    if width * height > AT_ONCE:
        raise WrongKind(f"{path}: its smallest level has {width}×{height} pixels, too many to look at; {EXPORT}")


def refuse_other_shapes(path: Path, levels: Sequence[Size]) -> None:
    """A label in tiles looks like a level to OpenSlide: all levels show one piece of glass, so all have its proportions."""
    finest, *coarser = levels
    for level in coarser:
        if not same_shape(finest, level):
            raise WrongKind(f"{path}: {level[0]}×{level[1]} pixels are no smaller copy of {finest[0]}×{finest[1]}; {EXPORT}")


def same_shape(one: Size, other: Size) -> bool:
    """Whether their proportions are, as exactly as whole pixels can say."""
    (width, height), (w, h) = one, other
    return abs(width * h - w * height) <= SAME_SHAPE * w * height + width + height


def among(pages: Iterator[Page], levels: Sequence[Size]) -> Iterator[Page]:
    """The pages that are levels: in tiles, which labels and photographs are not."""
    left = list(levels)
    for page in pages:
        size = page.number(WIDTH), page.number(HEIGHT)
        tile = (page.number(TILE_WIDTH) or 0) * (page.number(TILE_HEIGHT) or 0)
        if 0 < tile <= AT_ONCE and size in left:
            left.remove(size)
            yield page
