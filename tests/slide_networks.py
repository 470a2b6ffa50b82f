"""Made-up networks of slides: the first asks how much of a patch is dark purple, the second believes the heat map.

Beside them, slides in those colours, and what the command makes of them. No training, no Keras.
"""

from pathlib import Path

import numpy as np
from made_slides import write_pyramid
from tile_network import DARK, glass, tissue

from ki67.engine.graphs import PIXELS, op, ov
from ki67.pictures.batch import BatchResult
from ki67.pictures.run import run_tool
from ki67.pictures.tool import Order
from ki67.pictures.written import STATE
from ki67.slides.description import SlideNetworks
from ki67.slides.model import load_slide_model
from ki67.slides.results import SlideResult
from ki67.slides.tool import SlideTool

SIDE, SHRINK = 64, 4
UM = 0.5


def described(**changes: object) -> SlideNetworks:
    told = {
        "patchwise": "purple", "refiner": "trusting", "shrink": SHRINK, "side": SIDE, "trained_on": "made-up", "data_hash": "0",
        "source": "a test", "parameters": {},
    }  # fmt: skip
    return SlideNetworks.model_validate(told | changes)


def pixels_of(*shape: int) -> ov.Node:
    pixels = op.parameter([-1, *shape], np.float32, name=PIXELS)
    pixels.output(0).get_tensor().set_names({PIXELS})
    return pixels


def channel(pixels: ov.Node, number: int) -> ov.Node:
    return op.slice(pixels, np.array([number]), np.array([number + 1]), np.array([1]), np.array([3]))


def shares(tumour: ov.Node, axis: int) -> ov.Node:
    return op.concat([op.subtract(np.float32(1), tumour), tumour], axis)


def purple(side: int) -> ov.Model:
    pixels = pixels_of(side, side, 3)
    dark = op.convert(op.less(channel(pixels, 1), np.float32(DARK / 127.5 - 1)), np.float32)
    share = op.reduce_mean(op.reshape(dark, np.array([0, side * side]), True), np.array([1]), keep_dims=True)
    return ov.Model([shares(share, 1)], [pixels], "purple")


def trusting(side: int) -> ov.Model:
    pixels = pixels_of(side, side, 4)
    return ov.Model([shares(channel(pixels, 3), 3)], [pixels], "trusting")


def write_networks(folder: Path, **changes: object) -> Path:
    """As a model folder."""
    folder.mkdir(parents=True, exist_ok=True)
    words = described(**changes)
    ov.save_model(purple(words.patch_side), folder / "patchwise.xml")
    ov.save_model(trusting(words.side), folder / "refiner.xml")
    (folder / "model.json").write_text(words.model_dump_json())
    return folder


def section(patches: int = 6) -> np.ndarray:
    """Of an odd size at half a micrometre: a margin of glass, tissue whose left half is purple."""
    side = 512 * patches
    picture = glass(side + 77, side - 131)
    picture[512:-400, 512:-500] = tissue(side + 77 - 1012, side - 131 - 912, 0.5)
    return picture


def write_slide(path: Path, picture: np.ndarray, um_per_px: float | None = UM) -> Path:
    return write_pyramid(path, picture, um_per_px)


def outlined(paths: list[Path], out: Path, networks: Path, um_per_px: float | None = None) -> BatchResult[SlideResult]:
    return run_tool(SlideTool(load_slide_model(networks), out / STATE), Order(paths, out, um_per_px))
