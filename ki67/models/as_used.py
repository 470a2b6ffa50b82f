"""A network that goes on learning in the state in which it predicts."""

from typing import Any

import keras


class AsUsed(keras.layers.Layer):  # type: ignore[misc]
    """A network that learns as it is used: BatchNorm's statistics stay, nothing is dropped.

    It takes a layer of its own. A functional model hands `fit`'s training=True down to every layer, whatever it was built with.
    """

    def __init__(self, network: keras.Model) -> None:
        super().__init__()
        self.network = network

    def call(self, pixels: Any) -> Any:
        """The network as it predicts: its averages stay as they are."""
        return self.network(pixels, training=False)

    @classmethod
    def model(cls, network: keras.Model) -> keras.Model:
        """The network as a model to fit."""
        pixels = keras.Input((None, None, 3))
        return keras.Model(pixels, cls(network)(pixels))
