"""Networks for slides of the published size, with fresh weights: time does not ask what they were taught."""

from pathlib import Path

from ki67.slides.description import SlideNetworks
from ki67.slides.grid import PATCH
from ki67.slides.model import DESCRIPTION, PATCHWISE, REFINER
from ki67.tumour.mobilenetv2 import build_mobilenetv2
from ki67.tumour.shipping import ship
from ki67.tumour.unet import build_unet

SIDE = 1024


def published_networks(folder: Path) -> Path:
    """MobileNetV2 on patches of 256² and U-Net on 1024², made where they are not there yet."""
    if not (folder / DESCRIPTION).is_file():
        patches, whole = build_mobilenetv2(1.0, PATCH), build_unet(SIDE)
        words = SlideNetworks(
            patchwise="mobilenetv2", refiner="unet", shrink=1, side=SIDE, trained_on="no", source="fresh weights", data_hash="",
            parameters={PATCHWISE: patches.count_params(), REFINER: whole.count_params()},
        )  # fmt: skip
        ship(patches, whole, words, folder)
    return folder
