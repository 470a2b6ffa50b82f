"""MobileNetV2 (Sandler et al. 2018) with the paper's head: the patch network that it deploys (designs IV to IX)."""

import keras

from ki67.tumour.head import Weights, patch_network

PARAMETERS = 2_386_686


def build_mobilenetv2(width: float = 1.0, side: int = 256, weights: Weights | None = None, momentum: float = 0.99) -> keras.Model:
    """Patches of `side` pixels from −1 to 1; `width` is its authors' α, here for the last 1280 maps too and in sixteens."""
    return patch_network(keras.applications.MobileNetV2, "mobilenetv2", width, side, weights, momentum)
