"""A whole slide: any rectangle at any µm/px, from whichever level of its pyramid comes nearest, read by OpenSlide."""

import math
import threading
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import openslide
from PIL import Image

from ki67.base.errors import InputError, UnknownScale, Unreadable, WrongKind
from ki67.data.slide_files import ALIKE, plausible
from ki67.pictures.dicom_colours import as_rgb, miscalled_rgb
from ki67.pictures.raw_tiles import raw_tiles
from ki67.pictures.regions import OVERVIEW, Pixels, Region, Size, size_at, view_size

NEARLY = 1.001  # times the wanted µm/px: a level that is no coarser than that serves
PIECE = 256  # pixels a side of what is tried one by one where a region is damaged and its level names no tiles
AT_ONCE = 16_000_000  # pixels of a level that are read in one go: slides may lack levels that are coarse enough
WHITE = (255, 255, 255)
MOST_DAMAGE = 100  # lines that are kept of what could not be read
UNPACKED = openslide.OpenSlideCache(32_000_000)  # bytes of tiles for all slides together: each would keep as many for itself


class Slide:
    """An open slide. Several threads may read; what lies outside, or shines through, is white, and so is what is damaged."""

    def __init__(self, path: Path, handle: openslide.OpenSlide, um_per_px: float) -> None:
        self.path, self.um_per_px = path, um_per_px
        self.width, self.height = handle.dimensions
        self.bounds = tuple(int(handle.properties.get(f"openslide.bounds-{axis}", 0)) for axis in ("x", "y"))
        self.damage: list[str] = []
        self._levels: list[Size] = list(handle.level_dimensions)
        self._handle, self._lock = handle, threading.Lock()
        self._miscalled = miscalled_rgb(path, handle.properties)
        self._raw = raw_tiles(path, handle.properties.get("openslide.vendor", ""), self._levels)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._handle.close()
        if self._raw:
            self._raw.close()

    def size(self, um_per_px: float) -> Size:
        """Width and height of the whole slide at a scale."""
        return size_at((self.width, self.height), self.um_per_px, um_per_px)

    def read(self, region: Region) -> Pixels:
        """RGB of the region, all of it: white where it sticks out of the slide."""
        whole = self.size(region.um_per_px)
        level = self._level(region.um_per_px)
        across, down = (side / full for side, full in zip(self._levels[level], whole, strict=True))
        box = (region.x * across, region.y * down, (region.x + region.width) * across, (region.y + region.height) * down)
        if (box[2] - box[0]) * (box[3] - box[1]) > AT_ONCE and region.height > 1:
            upper = replace(region, height=region.height // 2)
            lower = replace(region, y=region.y + upper.height, height=region.height - upper.height)
            return np.concatenate([self.read(upper), self.read(lower)])
        left, top = math.floor(box[0] + 1e-6), math.floor(box[1] + 1e-6)
        right, bottom = math.ceil(box[2] - 1e-6), math.ceil(box[3] - 1e-6)
        pixels = self._of_level(level, left, top, right - left, bottom - top)
        if pixels.shape[:2] == (region.height, region.width):
            return pixels
        inner = (max(box[0] - left, 0), max(box[1] - top, 0), min(box[2] - left, right - left), min(box[3] - top, bottom - top))
        return np.asarray(Image.fromarray(pixels).resize((region.width, region.height), Image.Resampling.BOX, box=inner))

    def overview(self) -> Pixels:
        """The whole slide, no larger than can be looked at."""
        width, height = view_size(self.width, self.height, OVERVIEW)
        scale = self.um_per_px * max(self.width / width, self.height / height)
        return self.read(Region(0, 0, *self.size(scale), scale))

    def _level(self, um_per_px: float) -> int:
        """The coarsest level that is fine enough, by what it measures and not by its number."""
        fine = [
            number
            for number, (width, height) in enumerate(self._levels)
            if self.um_per_px * max(self.width / width, self.height / height) <= um_per_px * NEARLY
        ]
        return max(fine, key=lambda number: self.width / self._levels[number][0], default=0)

    def _of_level(self, level: int, left: int, top: int, width: int, height: int) -> Pixels:
        """Pixels of a level on white, tile by tile where that is possible. Where something cannot be read, all that can be is."""
        raw = self._raw.read(level, left, top, width, height) if self._raw else None
        if raw is not None:
            return raw
        handle = self._handle
        try:
            return self._fetched(handle, level, left, top, width, height)
        except openslide.OpenSlideError:
            self._replace(handle)
            return self._in_pieces(level, left, top, width, height)

    def _in_pieces(self, level: int, left: int, top: int, width: int, height: int) -> Pixels:
        """Tile by tile, by a handle of its own: one that meets damage fails for whoever reads by it."""
        found = np.full((height, width, 3), 255, np.uint8)
        handle = opened(self.path)
        sides = (handle.properties.get(f"openslide.level[{level}].tile-{side}", PIECE) for side in ("width", "height"))
        across, down = map(int, sides)
        for y, h in _cuts(top, height, down):
            for x, w in _cuts(left, width, across):
                try:
                    found[y - top : y - top + h, x - left : x - left + w] = self._fetched(handle, level, x, y, w, h)
                except openslide.OpenSlideError:
                    handle.close()
                    handle = opened(self.path)
                    self._note(level, x - x % across, y - y % down)
        handle.close()
        return found

    def _fetched(self, handle: openslide.OpenSlide, level: int, left: int, top: int, width: int, height: int) -> Pixels:
        """What OpenSlide gives, laid on white."""
        factors = self.width / self._levels[level][0], self.height / self._levels[level][1]
        seen = handle.read_region((round(left * factors[0]), round(top * factors[1])), level, (width, height))
        return on_white(as_rgb(seen) if self._miscalled else seen)

    def _replace(self, broken: openslide.OpenSlide) -> None:
        """After an error a handle answers nothing any more: the file is opened anew, once."""
        with self._lock:
            if self._handle is broken:
                self._handle = opened(self.path)

    def _note(self, level: int, x: int, y: int) -> None:
        line = f"level {level}, {x}, {y}: damaged, left white"
        with self._lock:
            if line not in self.damage and len(self.damage) < MOST_DAMAGE:
                self.damage.append(line)


def _cuts(start: int, length: int, piece: int) -> list[tuple[int, int]]:
    """Where the pieces of an axis begin, at its start and then at multiples of a piece, and how long each is."""
    ends = [*range(start - start % piece + piece, start + length, piece), start + length]
    return [(begin, end - begin) for begin, end in pairwise([start, *ends])]


def on_white(seen: Image.Image) -> Pixels:
    """What is not there, or shines through, shows white."""
    pixels = np.asarray(seen)
    opacity = pixels[..., 3]
    if opacity.min(initial=255) == 255:
        return np.ascontiguousarray(pixels[..., :3])
    page = Image.new("RGB", seen.size, WHITE)
    page.paste(seen, mask=seen.getchannel("A"))
    return np.asarray(page)


def opened(path: Path) -> openslide.OpenSlide:
    """A handle of a slide. Many slides may be open at once, so that all share what OpenSlide keeps of their tiles."""
    handle = openslide.OpenSlide(path)
    handle.set_cache(UNPACKED)
    return handle


def is_slide(path: Path) -> bool:
    """Whether OpenSlide knows the file."""
    with suppress(OSError):
        return openslide.OpenSlide.detect_format(path) is not None
    return False


def open_slide(path: Path, um_per_px: float | None = None) -> Slide:
    """A slide at the scale that is given, else the one that it tells; one line of why it cannot be read."""
    if um_per_px is not None and not plausible(um_per_px):
        raise UnknownScale(f"{path}: {um_per_px:g} µm/px is no scale of a microscope; correct --mpp")
    try:
        handle = opened(path)
    except openslide.OpenSlideUnsupportedFormatError as error:
        raise WrongKind(f"{path}: no slide that OpenSlide reads; convert it to a tiled, pyramidal TIFF") from error
    except openslide.OpenSlideError as error:
        raise Unreadable(f"{path}: damaged ({' '.join(str(error).split())}); copy or export it again") from error
    except OSError as error:
        raise Unreadable(f"{path}: cannot be read ({error.strerror or error}); copy or export it again") from error
    try:
        return Slide(path, handle, um_per_px or scale_of(path, handle))
    except InputError:
        handle.close()
        raise


def scale_of(path: Path, handle: openslide.OpenSlide) -> float:
    """µm/px as the slide tells it, the same in both directions and a microscope's; else it is asked for."""
    try:
        told = [float(handle.properties[f"openslide.mpp-{axis}"]) for axis in ("x", "y")]
    except (KeyError, ValueError) as error:
        raise UnknownScale(f"{path}: its scale is not known; give it in micrometres per pixel with --mpp") from error
    if not all(map(plausible, told)):
        raise UnknownScale(f"{path}: says {told[0]:g} µm/px, which is no microscope's; give the right one with --mpp")
    if max(told) > ALIKE * min(told):
        raise UnknownScale(f"{path}: {told[0]:g} µm/px across, {told[1]:g} down; give one with --mpp")
    return told[0]
