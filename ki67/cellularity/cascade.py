"""SR: a segmentation network and a ResNet-34 that reads its maps, as one model (Rakhlin et al. 2019, sections 3.2 and 4.3)."""

import keras

from ki67.cellularity.regressors import one_score, shrunk
from ki67.cellularity.resnet import resnet34_levels


def cascade(segmentation: keras.Model, width: float = 1.0, shrink: int = 1) -> keras.Model:
    """One network from pixels to the score; the layers of `segmentation` are in it, the regressor's are called `regressor_…`.

    The dropout of whole maps is switched off: it kept the masks from being learnt by heart; here it would blur what is read.
    """
    segmentation.get_layer("drop_maps").rate = 0.0
    features = resnet34_levels(shrunk(segmentation.output, shrink), width, name="regressor").thirty_second
    return keras.Model(segmentation.input, one_score(features), name="sr")


def freeze(segmentation: keras.Model) -> None:
    """Let training move nothing of it, the statistics of its BatchNorms included."""
    for layer in segmentation.layers:
        layer.trainable = False
