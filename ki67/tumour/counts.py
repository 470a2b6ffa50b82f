"""How many parameters the networks have, counted as the paper's library counted them, and what its printed counts decide.

The reference has batch *re*normalisation of TensorFlow 1 in some networks, which stores two more numbers a map and two more a
layer, none of them learnt. Only with them do U-Net, AGU-Net and DoubleU-Net round to what is printed, and only without them
DAGU-Net. Nothing here trains with it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import keras
import pandas as pd
from keras import layers

from ki67.tumour.agunet import build_agunet
from ki67.tumour.dagunet import UNCOUNTED, build_dagunet
from ki67.tumour.doubleunet import AS_PRINTED, POOLING, build_doubleunet
from ki67.tumour.inceptionv3 import SMALLEST, build_inceptionv3
from ki67.tumour.mobilenetv2 import build_mobilenetv2
from ki67.tumour.pyramid import FILTERS
from ki67.tumour.unet import FILTERS as UNET_FILTERS
from ki67.tumour.unet import build_unet

COUNTED = ("parameters", "renormalised")


@dataclass(frozen=True)
class Count:
    """One network: plain, as renormalisation would store it, and as the paper prints it, in millions."""

    network: str
    parameters: int
    renormalised: int
    printed: float

    @property
    def agrees(self) -> str:
        """Which count is the printed one."""
        counts = {"plain": self.parameters, "renormalised": self.renormalised}
        rounded = [name for name, parameters in counts.items() if rounds(parameters, self.printed)]
        cut = [f"{name}, cut" for name, parameters in counts.items() if parameters // 10_000 == round(100 * self.printed)]
        return [*rounded, *cut, "neither"][0]


# A builder at a small side (no count depends on it), and the millions that are printed.
NETWORKS: dict[str, tuple[Callable[[], keras.Model], float]] = {
    "MobileNetV2": (lambda: build_mobilenetv2(side=32), 2.39),
    "InceptionV3": (lambda: build_inceptionv3(side=SMALLEST), 22.00),
    "U-Net": (lambda: build_unet(256), 11.58),
    "AGU-Net": (lambda: build_agunet(128), 7.68),
    "DAGU-Net": (lambda: build_dagunet(128), 9.99),
    "DoubleU-Net": (lambda: build_doubleunet(256), 16.04),
}


def table() -> pd.DataFrame:
    """A row a network, in the paper's order."""
    models = [(name, build(), printed) for name, (build, printed) in NETWORKS.items()]
    counts = [Count(name, saved(model), renormalised(model), printed) for name, model, printed in models]
    return pd.DataFrame([{**vars(count), "agrees": count.agrees} for count in counts])


def summary() -> dict[str, dict[str, dict[str, int]]]:
    """The counts as the claims read them, and DoubleU-Net's with the pooling of the paper's text."""
    rows = table().to_dict("records")
    counts = {str(row["network"]).lower().replace("-", ""): {key: int(row[key]) for key in COUNTED} for row in rows}
    text = {"renormalised": renormalised(build_doubleunet(256, pooling=AS_PRINTED))}
    return {"networks": counts | {"doubleunet_as_printed": text}}


def saved(model: keras.Model) -> int:
    """All parameters but those of DAGU-Net that the reference never saves."""
    return int(model.count_params()) - of_layers(model, UNCOUNTED)


def renormalised(model: keras.Model) -> int:
    """The same where batch renormalisation stores a mean and a deviation a map besides, and a weight for each of the two."""
    normalised = [layer for layer in model.layers if isinstance(layer, layers.BatchNormalization)]
    return saved(model) + sum(2 * int(layer.moving_mean.shape[0]) + 2 for layer in normalised)


def of_layers(model: keras.Model, beginnings: tuple[str, ...]) -> int:
    """Parameters of the layers whose names begin so."""
    return sum(int(layer.count_params()) for layer in model.layers if layer.name.startswith(beginnings))


def rounds(parameters: int, printed: float) -> bool:
    """Whether a count rounds to a number of millions with two digits."""
    return round(parameters / 1e6, 2) == printed


def decided() -> pd.DataFrame:
    """What the text leaves open or says otherwise, counted as it is built here and as it could have been."""
    rows = pd.DataFrame([*alternatives()], columns=["network", "built_with", "parameters"])
    printed = rows["network"].map({name: printed for name, (_, printed) in NETWORKS.items()})
    agrees = [rounds(*pair) for pair in zip(rows["parameters"], printed, strict=True)]
    return rows.assign(printed=printed, agrees=agrees)


def alternatives() -> Iterator[tuple[str, str, int]]:
    """DAGU-Net plain, the others as renormalisation stores them."""
    unet, agunet, dagunet, doubleunet = (NETWORKS[name][0]() for name in ("U-Net", "AGU-Net", "DAGU-Net", "DoubleU-Net"))
    narrow, gated, double = renormalised(unet), renormalised(agunet), renormalised(doubleunet)
    dual = saved(dagunet)
    text = renormalised(build_doubleunet(256, pooling=AS_PRINTED))
    pyramid = input_pyramid(agunet, FILTERS[:-1])
    yield "U-Net", "up-sampling without weights", narrow
    yield "U-Net", "transposed convolutions", narrow + learnt_upsampling(UNET_FILTERS)
    yield "AGU-Net", "input pyramid", gated
    yield "AGU-Net", "no input pyramid", gated - pyramid
    yield "DAGU-Net", "input pyramid", dual
    yield "DAGU-Net", "no input pyramid", dual - pyramid
    yield "DAGU-Net", "attention gates", dual + of_layers(agunet, ("gate",))
    yield "DAGU-Net", "what positions are compared by", dual + of_layers(dagunet, UNCOUNTED)
    yield "DoubleU-Net", f"atrous pooling of {POOLING}", double
    yield "DoubleU-Net", f"atrous pooling of {AS_PRINTED}", text


def input_pyramid(model: keras.Model, levels: tuple[int, ...]) -> int:
    """The convolutions of the smaller pictures, and what reads their maps."""
    return of_layers(model, ("seen",)) + sum(9 * maps * maps for maps in levels[1:])


def learnt_upsampling(filters: tuple[int, ...]) -> int:
    """What U-Net would have more with transposed 3×3 convolutions, renormalised, that bring the maps down to the level's."""
    return sum(9 * below * maps + maps + 6 * maps + 2 - 9 * (below - maps) * maps for maps, below in pairwise(filters))
