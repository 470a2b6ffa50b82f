"""InceptionV3 (Szegedy et al. 2016) with the paper's head: the larger patch network that it compares (design III)."""

import keras

from ki67.tumour.head import Weights, patch_network

PARAMETERS = 22_008_286
SMALLEST = 75  # its convolutions do not pad: below this nothing is left


def build_inceptionv3(width: float = 1.0, side: int = 256, weights: Weights | None = None, momentum: float = 0.99) -> keras.Model:
    """Patches of `side` pixels from −1 to 1; its authors know no `width` but 1, a narrower one is ours."""
    return patch_network(keras.applications.InceptionV3, "inceptionv3", width, side, weights, momentum)
