"""A made-up network of H&E patches: its score is the share of pixels that are dark purple. No training, no Keras.

Beside it, pictures in those colours, and what the command makes of them.
"""

import csv
from pathlib import Path

import numpy as np
from PIL import Image

from ki67.data.patches import SIDE
from ki67.engine.graphs import PIXELS, op, ov
from ki67.pictures.batch import BatchResult
from ki67.pictures.run import run_tool
from ki67.pictures.tool import Order
from ki67.tiles.description import ShippedNetwork
from ki67.tiles.model import load_cellularity_model
from ki67.tiles.results import CellularityResult
from ki67.tiles.tool import CellularityTool

PURPLE, PINK, GLASS = (110, 60, 140), (225, 150, 190), (243, 243, 243)
DARK = 100  # of green: between purple and pink
HALF_UM = {"dpi": (50_800, 50_800)}  # half a micrometre a pixel


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


def tissue(width: int, height: int, purple: float) -> np.ndarray:
    """Pink, its left part purple."""
    picture = np.full((height, width, 3), PINK, np.uint8)
    picture[:, : round(width * purple)] = PURPLE
    return picture


def glass(width: int, height: int) -> np.ndarray:
    return np.full((height, width, 3), GLASS, np.uint8)


def slide() -> np.ndarray:
    """Two rows of patches, and what is left over at the right and the bottom: tissue of three kinds among glass."""
    top = np.concatenate([tissue(512, 512, 0.5), tissue(512, 512, 1.0), glass(200, 512)], axis=1)
    bottom = np.concatenate([glass(512, 600), tissue(712, 600, 0.25)], axis=1)
    return np.concatenate([top, bottom])


def saved(picture: np.ndarray, path: Path, **how: object) -> Path:
    Image.fromarray(picture).save(path, **how)
    return path


def write_sections(folder: Path) -> Path:
    """A published patch, a part of a slide, and bare glass."""
    saved(tissue(512, 512, 0.25), folder / "123_4.tif")
    saved(slide(), folder / "slide.png", **HALF_UM)
    saved(glass(700, 600), folder / "glass.png", **HALF_UM)
    return folder


def scored(paths: list[Path], out: Path, network: Path, um_per_px: float | None = None) -> BatchResult[CellularityResult]:
    return run_tool(CellularityTool(load_cellularity_model(network)), Order(paths, out, um_per_px))


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))


def table(out: Path) -> dict[str, dict[str, str]]:
    return {row["image"]: row for row in read(out / "cellularity.csv")}
