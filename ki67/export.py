"""A Keras network as an OpenVINO model, weight for weight: the one place that needs both.

Converters fold BatchNorm into the kernels and write dilation as a rearrangement of the picture. Here each layer becomes the
operations it stands for, so every kernel is still there under its own name, and can be shared, replaced or quantised.
"""

from collections.abc import Sequence
from functools import singledispatch
from typing import Any

import keras
import numpy as np
from keras import layers

from ki67.errors import InputError
from ki67.graphs import PIXELS, Floats, Output, op, ov


def openvino_model(model: keras.Model) -> ov.Model:
    """The same network for the engine: pictures (batch, height, width, 3) in, maps of that size out, kernels by name."""
    pixels = op.parameter([-1, -1, -1, 3], np.float32, name=PIXELS)
    pixels.output(0).get_tensor().set_names({PIXELS})
    places = {model.inputs[0]._keras_history.operation.name: op.transpose(pixels, np.array([0, 3, 1, 2])).output(0)}
    for layer in model.layers:
        if layer.name not in places:
            parents = layer._inbound_nodes[0].parent_nodes
            places[layer.name] = emitted(layer, [places[parent.operation.name] for parent in parents])
    last = places[model.outputs[0]._keras_history.operation.name]
    return ov.Model([op.transpose(last, np.array([0, 2, 3, 1]))], [pixels], model.name)


@singledispatch
def emitted(layer: Any, inputs: Sequence[Output]) -> Output:
    """What one layer does, on pictures whose channels come first."""
    raise InputError(f"{layer.name}: a layer of kind {type(layer).__name__} is not known here; run the model in Keras")


@emitted.register
def _(layer: layers.Conv2D, inputs: Sequence[Output]) -> Output:
    if layer.groups != 1 or layer.data_format != "channels_last":
        raise InputError(f"{layer.name}: a convolution in groups, or with channels first, is not known here; run it in Keras")
    kernel = op.constant(np.ascontiguousarray(_array(layer.kernel).transpose(3, 2, 0, 1)), name=f"{layer.name}/kernel")
    padding = {"same": "same_upper", "valid": "valid"}[layer.padding]
    none = [0, 0]
    x = op.convolution(inputs[0], kernel, layer.strides, none, none, layer.dilation_rate, padding, name=layer.name)
    return _activated(layer, (op.add(x, _by_channel(_array(layer.bias))) if layer.use_bias else x).output(0))


@emitted.register
def _(layer: layers.BatchNormalization, inputs: Sequence[Output]) -> Output:
    scale = 1 / np.sqrt(_array(layer.moving_variance) + layer.epsilon)
    scale = scale * _array(layer.gamma) if layer.scale else scale
    shift = -scale * _array(layer.moving_mean)
    shift = shift + _array(layer.beta) if layer.center else shift
    return op.add(op.multiply(inputs[0], _by_channel(scale)), _by_channel(shift)).output(0)


@emitted.register
def _(layer: layers.LeakyReLU, inputs: Sequence[Output]) -> Output:
    return op.prelu(inputs[0], np.array([layer.negative_slope], np.float32), name=layer.name).output(0)


@emitted.register(layers.ReLU)
@emitted.register(layers.Activation)
def _(layer: Any, inputs: Sequence[Output]) -> Output:
    if isinstance(layer, layers.ReLU) and (layer.max_value is not None or layer.negative_slope or layer.threshold):
        raise InputError(f"{layer.name}: a ReLU with a limit or a slope is not known here; run the model in Keras")
    return op.relu(inputs[0]).output(0) if isinstance(layer, layers.ReLU) else _activated(layer, inputs[0])


@emitted.register
def _(layer: layers.Add, inputs: Sequence[Output]) -> Output:
    total = inputs[0]
    for term in inputs[1:]:
        total = op.add(total, term).output(0)
    return total


@emitted.register
def _(layer: layers.Concatenate, inputs: Sequence[Output]) -> Output:
    return op.concat(list(inputs), 1).output(0)


@emitted.register
def _(layer: layers.MaxPooling2D, inputs: Sequence[Output]) -> Output:
    padding = {"same": "same_upper", "valid": "valid"}[layer.padding]
    return op.max_pool(inputs[0], layer.strides, [1, 1], [0, 0], [0, 0], layer.pool_size, auto_pad=padding).output(0)


@emitted.register
def _(layer: layers.UpSampling2D, inputs: Sequence[Output]) -> Output:
    if layer.interpolation != "nearest":
        raise InputError(f"{layer.name}: up-sampling by {layer.interpolation} is not known here; run the model in Keras")
    scales, axes = np.array(layer.size, np.float32), np.array([2, 3])
    rule = {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
    return op.interpolate(inputs[0], scales, "nearest", "scales", axes=axes, **rule).output(0)


@emitted.register
def _(layer: layers.Dropout, inputs: Sequence[Output]) -> Output:
    return inputs[0]


def _activated(layer: Any, x: Output) -> Output:
    name = layer.activation.__name__
    if name == "linear":
        return x
    if name != "relu":
        raise InputError(f"{layer.name}: activation {name} is not known here; run the model in Keras")
    return op.relu(x).output(0)


def _array(variable: keras.Variable) -> Floats:
    return np.array(keras.ops.convert_to_numpy(variable), dtype=np.float32)


def _by_channel(values: Floats) -> Output:
    return op.constant(values.astype(np.float32).reshape(1, -1, 1, 1)).output(0)
