"""Pictures that hold the scorer in the browser to Python's answers: all ways of decoding, many sizes, windows, every warning.

They are made of the simulated fields that ship. What `ki67 score` finds in them is the answer that a browser must give.
"""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from ki67.engine.model import FIELD
from ki67.pictures.header import header
from ki67.pictures.regions import Size
from ki67.score.scorer import CellScorer, ScoredCells
from ki67.weights import fields

NETWORK_SCALE, PHONE_SCALE = 0.647578125, 0.2  # µm/px
DENSE = 10  # of the fields that ship, one full of tumour cells of both classes
EOSIN, DAB, PAINT = (0.07, 0.99, 0.11), (0.27, 0.57, 0.78), (0.8, 0.1, 0.6)  # densities to red, green and blue light
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Vector:
    """A picture's file, and the µm/px that somebody gives with it."""

    content: bytes
    um_per_px: float | None = NETWORK_SCALE
    kind: str = "PNG"

    def answer(self, scorer: CellScorer, folder: Path) -> ScoredCells:
        """What Python finds in it."""
        path = folder / f"vector.{self.kind.lower()}"
        path.write_bytes(self.content)
        return scorer.score("", replace(header(path), asked=self.um_per_px))


def png(picture: Image.Image, um_per_px: float | None = NETWORK_SCALE, **how: Any) -> Vector:
    """Without loss."""
    return Vector(_saved(picture, "PNG", how), um_per_px)


def jpeg(picture: Image.Image, um_per_px: float | None = NETWORK_SCALE, **how: Any) -> Vector:
    """As cameras write it."""
    return Vector(_saved(picture, "JPEG", {"quality": 90} | how), um_per_px, "JPEG")


def _saved(picture: Image.Image, kind: str, how: Mapping[str, Any]) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, kind, **how)
    return stream.getvalue()


def field(number: int = DENSE, size: Size | None = None) -> Image.Image:
    """One of those that ship, or as a camera sees it: larger."""
    picture = Image.fromarray(np.asarray(fields().images[number]))
    return picture.resize(size, Image.Resampling.BICUBIC) if size else picture


def mosaic(*rows: Sequence[int]) -> Image.Image:
    """Fields beside and below each other."""
    images = np.asarray(fields().images)
    return Image.fromarray(np.concatenate([np.concatenate([images[number] for number in row], 1) for row in rows]))


def shaded(change: Callable[[Floats], Floats]) -> Vector:
    """A field whose pixels were changed."""
    return png(Image.fromarray(np.clip(change(np.asarray(field(), np.float64)), 0, 255).astype(np.uint8)))


def stained(directions: tuple[float, float, float]) -> Vector:
    """A field in one stain of another colour, as dense as it was."""
    density = np.asarray(field().convert("L"), np.float64)[..., None] / 255
    return shaded(lambda _: np.asarray(255 * np.maximum(density, 0.05) ** (np.array(directions) * 2)))


VECTORS: Mapping[str, Callable[[], Vector]] = {
    "as the network sees it": lambda: png(field()),
    "a published field": lambda: jpeg(field(size=(FIELD, FIELD)), None),
    "a published field, losslessly": lambda: png(field(0, (FIELD, FIELD)), None),
    "half size, colours whole": lambda: jpeg(field(1, (1274, 1270)), 0.13, subsampling=0),
    "half size, colours half as wide": lambda: jpeg(field(4, (1274, 1270)), 0.13, subsampling=1),
    "odd sides": lambda: jpeg(field(2, (793, 787)), PHONE_SCALE),
    "odd sides, far reduced": lambda: jpeg(field(5, (1271, 1269)), 0.13),
    "progressive": lambda: jpeg(field(size=(810, 790)), PHONE_SCALE, progressive=True),
    "with restarts": lambda: jpeg(field(size=(640, 632)), 0.25, restart_marker_blocks=9),
    "colours half as wide": lambda: jpeg(field(6, (540, 530)), 0.3, subsampling=1),
    "a palette": lambda: png(field().quantize(128)),
    "opaque": lambda: png(field(7).convert("RGBA")),
    "scale in the file": lambda: png(field(size=(512, 512)), None, dpi=(78_446, 78_446)),
    "scale in the file of a camera": lambda: jpeg(field(size=(384, 384)), None, dpi=(60_000, 60_000)),
    "no tissue": lambda: shaded(lambda pixels: np.full_like(pixels, 244)),
    "blurred": lambda: png(field().filter(ImageFilter.GaussianBlur(4))),
    "noisy": lambda: shaded(lambda pixels: pixels + np.random.default_rng(1).normal(0, 40, pixels.shape)),
    "pale": lambda: shaded(lambda pixels: 255 - (255 - pixels) * 0.3),
    "dark ground": lambda: shaded(lambda pixels: (255 - pixels) * 0.6),
    "grey": lambda: png(field().convert("L").convert("RGB")),
    "eosin": lambda: stained(EOSIN),
    "green": lambda: stained(PAINT),
    "brown alone": lambda: stained(DAB),
    "narrow": lambda: png(field().crop((0, 0, 33, 250))),
    "small": lambda: png(field(size=(100, 100))),
    "windows beside each other": lambda: png(field(size=(500, 250))),
    "windows of a JPEG": lambda: jpeg(mosaic((0, 3)), 0.645),
    "many windows": lambda: png(mosaic((0, 3), (6, 4))),
    "magnified": lambda: png(field().crop((80, 80, 176, 176)).resize((384, 384), Image.Resampling.BICUBIC)),
}
