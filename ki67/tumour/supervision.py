"""Networks with several answers as training takes them: all side by side at the full size, and the first alone afterwards."""

import keras
from keras import layers

from ki67.tumour.head import ANSWER


def side_by_side(network: keras.Model) -> keras.Model:
    """The same layers with one output: the shares of the first answer, behind them those of the others.

    A coarser answer is repeated until it has the full size, so that all are judged by the same truth.
    """
    if len(network.outputs) == 1:
        return network
    height = network.outputs[0].shape[1]
    spread = [
        layers.UpSampling2D(height // answer.shape[1], dtype="float32", name=f"{name}_spread")(answer)
        for name, answer in zip(network.output_names, network.outputs, strict=True)
    ]
    answers = layers.Concatenate(dtype="float32", name="answers")(spread)
    return keras.Model(network.input, answers, name=network.name)


def answer_alone(trained: keras.Model) -> keras.Model:
    """What is used of a trained network, refiner or patch network: its first answer and the layers that it needs."""
    return keras.Model(trained.input, trained.get_layer(ANSWER).output, name=trained.name)


def equal_weights(network: keras.Model) -> tuple[float, ...]:
    """Every answer counts alike, as in the reference."""
    return (1 / len(network.outputs),) * len(network.outputs)
