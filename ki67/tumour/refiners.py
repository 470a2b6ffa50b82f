"""The refinement networks by name, at the size that is asked for."""

from collections.abc import Callable, Sequence

import keras

from ki67.settings.slides import RefinerName
from ki67.tumour.agunet import build_agunet
from ki67.tumour.dagunet import build_dagunet
from ki67.tumour.doubleunet import build_doubleunet
from ki67.tumour.unet import build_unet

LIGHT, HEAT = 3, 1  # channels
BUILDERS: dict[RefinerName, Callable[..., keras.Model]] = {
    "unet_low": build_unet,
    "unet": build_unet,
    "agunet": build_agunet,
    "dagunet": build_dagunet,
    "doubleunet": build_doubleunet,
}


def build_refiner(name: RefinerName, side: int, filters: Sequence[int], momentum: float = 0.99) -> keras.Model:
    """A fresh network. As in the paper U-Net alone has the last of the filters, and design II is shown no heat."""
    own = filters if BUILDERS[name] is build_unet else filters[:-1]
    return BUILDERS[name](side, own, LIGHT + HEAT * sees_heat(name), momentum, name=name)


def sees_heat(name: RefinerName) -> bool:
    """Whether the network is shown what the patches say."""
    return name != "unet_low"
