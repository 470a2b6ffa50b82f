"""A picture that is larger than memory should be: read strip by strip from its file, as far as regions are asked for."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
from PIL import Image

from ki67.base.errors import WrongKind
from ki67.data.images import damage_refused, in_8_bits, opened
from ki67.pictures.header import Header
from ki67.pictures.regions import OVERVIEW, Pixels, Region, Size, reduced, size_at

STRIP = 32  # rows of the reduced picture made in one go
PIECE = 32  # rows of a file read in one go: what reads them holds several times as many


class Streamed:
    """Regions of a file that only gives its rows from top to bottom: what lies above the last region is let go.

    A region further up, or at another scale, is read from the top again.
    """

    damage = ()

    def __init__(self, header: Header, um_per_px: float) -> None:
        self.header, self.um_per_px = header, um_per_px
        self._pass: _Pass | None = None

    def size(self, um_per_px: float) -> Size:
        """Width and height of the whole picture at a scale."""
        return size_at((self.header.width, self.header.height), self.um_per_px, um_per_px)

    def read(self, region: Region) -> Pixels:
        """The region's rows, read on from the last ones, and of these its columns."""
        if self._pass is None or self._pass.um_per_px != region.um_per_px or region.y < self._pass.top:
            self._pass = _Pass(self.header, region.um_per_px, self.size(region.um_per_px))
        return self._pass.rows(region.y, region.y + region.height)[:, region.x : region.x + region.width]

    def overview(self) -> Pixels:
        """Gathered while regions were read, to the picture's end."""
        if self._pass is None:
            coarse = max(self.um_per_px, self.um_per_px * max(self.header.width, self.header.height) / OVERVIEW)
            self._pass = _Pass(self.header, coarse, self.size(coarse))
        return self._pass.overview()


class _Pass:
    """One way through the file at one scale: the rows of the last region, and the overview as far as it was seen."""

    def __init__(self, header: Header, um_per_px: float, size: Size) -> None:
        self.um_per_px, self.top, self._height = um_per_px, 0, size[1]
        self._rows, self._seen = np.empty((0, size[0], 3), np.uint8), list[Pixels]()
        factor = 1
        while max(size) > factor * OVERVIEW:
            factor *= 2  # divides the strips' height
        self._strips = self._watched(strips(FileRows(header), size), factor)

    def rows(self, top: int, bottom: int) -> Pixels:
        """Rows of the reduced picture; `top` is no higher than in the call before."""
        bottom, end = min(bottom, self._height), self.top + len(self._rows)
        if end < bottom:
            band = np.empty((bottom - top + STRIP, *self._rows.shape[1:]), np.uint8)  # the last strip may reach further
            band[: max(end - top, 0)] = self._rows[top - self.top :]
            while end < bottom:
                strip = next(self._strips)[max(top - end, 0) :]
                end = min(end + STRIP, self._height)
                band[end - top - len(strip) : end - top] = strip
            self._rows = band[: end - top]
        else:
            self._rows = self._rows[top - self.top :]
        self.top = top
        return self._rows[: bottom - top]

    def overview(self) -> Pixels:
        """Whatever was not read yet is read now, and let go."""
        for _ in self._strips:
            pass
        return np.concatenate(self._seen)

    def _watched(self, passing: Iterator[Pixels], factor: int) -> Iterator[Pixels]:
        for strip in passing:
            self._seen.append(np.asarray(Image.fromarray(strip).reduce(factor)))
            yield strip


def strips(source: "FileRows", size: Size) -> Iterator[Pixels]:
    """The whole picture in another size, from top to bottom."""
    width, height = size
    scale = source.height / height
    for first, last in pairwise([*range(0, height, STRIP), height]):
        top, bottom = int(first * scale), min(int(np.ceil(last * scale - 1e-9)), source.height)
        inner = first * scale - top, min(last * scale - top, bottom - top)
        rows = Image.fromarray(source.read(top, bottom))  # a copy: what was read is free before it is reduced
        yield reduced(rows, (width, last - first), *inner)


class FileRows:
    """Rows as a file gives them, from top to bottom."""

    def __init__(self, header: Header) -> None:
        import pyvips

        with damage_refused(header.path):
            picture = in_8_bits(opened(header.path, header.kind))
            self._fetch = pyvips.Region.new(picture).fetch
        if (picture.width, picture.height) != (header.width, header.height):
            raise WrongKind(f"{header.path}: says two sizes of itself; export it again")
        self.width, self.height, self._path = header.width, header.height, header.path
        self._last = np.empty((0, header.width, 3), np.uint8)
        self._end = 0

    def read(self, top: int, bottom: int) -> Pixels:
        """Rows of RGB; the next call starts no higher than this one ended, less a row, which neighbouring strips share."""
        rows = np.empty((bottom - top, self.width, 3), np.uint8)
        rows[: self._end - top] = self._last[len(self._last) - (self._end - top) :]
        for first in range(self._end, bottom, PIECE):
            last = min(first + PIECE, bottom)
            rows[first - top : last - top] = self._fetched(first, last)
        self._last, self._end = rows[-1:].copy(), bottom
        return rows

    def _fetched(self, top: int, bottom: int) -> Pixels:
        with damage_refused(self._path, f", noticed at row {top} of {self.height}" if top else ""):
            pixels = np.frombuffer(self._fetch(0, top, self.width, bottom - top), np.uint8).reshape(bottom - top, self.width, -1)
            if bottom == self.height:
                del self._fetch  # lets go of the file: only then is it told whether the last rows were whole
        refuse_opacity(self._path, pixels[..., 3:])
        return pixels[..., :3]


def refuse_opacity(path: Path, opacity: Pixels) -> None:
    """What shines through would have to be guessed."""
    if opacity.min(initial=255) < 255:
        raise WrongKind(f"{path}: is transparent in parts; lay it on white and save it without transparency")
