"""A made-up network of H&E patches: its score is the share of pixels that are dark purple. No training, no Keras."""

from pathlib import Path

import numpy as np

from ki67.graphs import PIXELS, op, ov
from ki67.tiles.description import ShippedNetwork
from ki67.tiles.grid import SIDE

PURPLE, PINK, GLASS = (110, 60, 140), (225, 150, 190), (243, 243, 243)
DARK = 100  # of green: between purple and pink


def described(**changes: object) -> ShippedNetwork:
    """What it says of itself."""
    told = {
        "architecture": "purple", "width": 1.0, "output": "score", "um_per_px": 1.0, "trained_on": "made-up", "data_hash": "0",
        "recipe": {}, "source": "a test",
    }  # fmt: skip
    return ShippedNetwork.model_validate(told | changes)


def graph() -> ov.Model:
    """Pixels from −1 to 1 in, the share out."""
    pixels = op.parameter([-1, SIDE, SIDE, 3], np.float32, name=PIXELS)
    pixels.output(0).get_tensor().set_names({PIXELS})
    green = op.slice(pixels, np.array([1]), np.array([2]), np.array([1]), np.array([3]))
    dark = op.convert(op.less(green, np.float32(DARK / 127.5 - 1)), np.float32)
    share = op.reduce_mean(op.reshape(dark, np.array([0, SIDE * SIDE]), True), np.array([1]), keep_dims=True)
    share.output(0).get_tensor().set_names({"score"})
    return ov.Model([share], [pixels], "purple")


def write_network(folder: Path, **changes: object) -> Path:
    """As a model folder."""
    folder.mkdir(parents=True, exist_ok=True)
    ov.save_model(graph(), folder / "graph.xml")
    (folder / "model.json").write_text(described(**changes).model_dump_json())
    return folder
