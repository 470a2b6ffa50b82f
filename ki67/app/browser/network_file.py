"""The one file from which the browser counts cells: the network's layers, its weights, and every number that scoring goes by.

A length, a JSON head, floats, then for each weight which value of the codebook it has: a byte up to 256 values, two beyond. All
of it is gzipped, which the browser undoes. A network whose weights do not share their values is refused: it would be much larger.
"""

import gzip
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ki67.app.browser.plan import Layer, Plan, plan_of
from ki67.base.errors import InputError
from ki67.container.codebook import MOST, Indices, smallest_index
from ki67.engine.graphs import Floats
from ki67.engine.model import FIELD, FRAME, Model, load_model
from ki67.pictures import domain, header, reader, scale, stains
from ki67.score import appearance, hotspot, results, scorer, windows
from ki67.weights import NETWORK

FORMAT = 2


@dataclass(frozen=True)
class Head:
    """What the browser reads first. Of the `floats` that follow the `codebook` is first: its length says how wide a place is."""

    format: int
    network: dict[str, Any]
    places: Sequence[tuple[int, int]]
    layers: Sequence[dict[str, Any]]
    rules: dict[str, Any]
    codebook: int
    floats: int


def network_file(model: Model) -> bytes:
    """A network that shares its weights, as the browser reads it; the same network gives the same bytes."""
    plan = plan_of(model.graph())
    codebook = codebook_of(plan, model.path)
    layers, floats, places = packed(plan, codebook)
    sizes = [(place.channels, place.level) for place in plan.places]
    head = Head(FORMAT, described(model), sizes, layers, rules_of(model), len(codebook), len(floats))
    text = json.dumps(asdict(head), separators=(",", ":")).encode()
    text += b" " * (-(len(text) + 4) % 4)
    content = len(text).to_bytes(4, "little") + text + floats.astype("<f4").tobytes() + by_significance(places)
    return gzip.compress(content, 9, mtime=0)


def codebook_of(plan: Plan, path: Path) -> Floats:
    """The values that all weights share."""
    values = np.unique(np.concatenate([layer.kernel.ravel() for layer in plan.layers if layer.kernel is not None]))
    if len(values) > MOST:
        raise InputError(f"{path}: its weights have more than {MOST} values; share them first: ki67 compress --k {MOST}")
    return values


def packed(plan: Plan, codebook: Floats) -> tuple[list[dict[str, Any]], Floats, Indices]:
    """Each layer's numbers, and where in the floats and the weights its own begin."""
    layers, floats, indices = list[dict[str, Any]](), [codebook], list[Indices]()
    for layer in plan.layers:
        begins = sum(map(len, floats)), sum(map(len, indices))
        layers.append(numbers_of(layer, *begins))
        floats += [layer.factor, layer.term]
        if layer.kernel is not None:
            order = layer.kernel.transpose(1, 2, 3, 0).ravel()  # in, window, out
            indices.append(np.searchsorted(codebook, order).astype(smallest_index(len(codebook))))
    return layers, np.concatenate(floats), np.concatenate(indices)


def by_significance(places: Indices) -> bytes:
    """All lowest bytes, then all highest where there are two: side by side they would pack a seventh worse."""
    little = places.astype(places.dtype.newbyteorder("<"))
    return little.view(np.uint8).reshape(-1, places.itemsize).T.tobytes()


def numbers_of(layer: Layer, floats: int, weights: int) -> dict[str, Any]:
    """A layer without its arrays."""
    side = 0 if layer.kernel is None else layer.kernel.shape[2]
    if side not in (0, 1, 3) or layer.dilation not in (1, 2, 4):
        raise InputError(f"a kernel of {side}×{side} and dilation {layer.dilation}: the browser knows 1×1 and 3×3, up to 4")
    return {
        "kind": layer.kind, "read": layer.read, "write": layer.write, "first": layer.first, "side": side,
        "dilation": layer.dilation, "slope": layer.slope, "floats": floats, "weights": weights,
    }  # fmt: skip


def described(model: Model) -> dict[str, Any]:
    """Which network it is, and what its maps mean."""
    detector = model.detector
    if detector.marker != "distance":
        raise InputError(f"{model.path}: its markers are of the map; the browser finds those of the distance only")
    return {
        "digest": model.digest, "trainedOn": model.description.trained_on, "umPerPx": model.um_per_px,
        "fieldUmPerPx": model.description.um_per_px, "field": FIELD, "frame": FRAME,
        "thresholds": detector.thresholds, "minDistance": detector.min_distance,
    }  # fmt: skip


def rules_of(model: Model) -> dict[str, Any]:
    """The numbers by which Python reduces pictures, cuts windows and warns."""
    return {
        "least": scorer.LEAST, "coarsest": scale.COARSEST, "halves": reader.HALVES, "atOnce": header.AT_ONCE,
        "windows": {"side": windows.SIDE, "margin": windows.MARGIN, "stride": windows.STRIDE, "twins": windows.TWINS},
        "few": results.FEW,
        "hotSpot": {"enough": hotspot.ENOUGH, "places": hotspot.PLACES, "apart": hotspot.APART},
        "familiar": model.familiar, "error": asdict(model.error) if model.error else None,
        "appearance": {
            "unmixing": appearance.UNMIXING.tolist(), "tissue": appearance.TISSUE, "little": appearance.LITTLE,
            "reach": appearance.REACH,
        },
        "density": domain.DENSITY.tolist(),
        "stains": {
            "tissue": stains.TISSUE, "lamp": stains.LAMP, "pink": stains.PINK, "cyan": stains.CYAN, "green": stains.GREEN,
            "yellow": stains.YELLOW, "colourless": stains.COLOURLESS, "dark": stains.DARK, "somePink": stains.SOME_PINK,
            "many": stains.MANY, "most": stains.MOST,
        },
    }  # fmt: skip


if __name__ == "__main__":
    sys.stdout.buffer.write(network_file(load_model(NETWORK)))
