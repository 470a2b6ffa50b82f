"""Any network of the layers known here, built for the engine from Keras's own description of it. Nothing here needs Keras.

Converters fold BatchNorm into the kernels and write dilation as a rearrangement of the picture. Here each layer becomes the
operations it stands for, so every kernel is still there under its own name, and can be shared, replaced or quantised.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ki67.base.errors import InputError
from ki67.engine.description import LAYERS
from ki67.engine.graphs import KERNEL, PIXELS, Floats, Node, Output, engine_order, op, ov
from ki67.engine.pathonet import Weight

PADDING = {"same": "same_upper", "valid": "valid"}
NONE, ONE = [0, 0], [1, 1]
CHANNELS_FIRST, CHANNELS_LAST = np.array([0, 3, 1, 2]), np.array([0, 2, 3, 1])
SIDES = np.array([2, 3])  # of pictures whose channels come first


@dataclass(frozen=True)
class Layer:
    """One layer as Keras describes it, with its weights at hand."""

    name: str
    kind: str
    settings: Mapping[str, Any]
    inputs: Sequence[str]
    weight: Weight

    def array(self, part: str) -> Floats:
        """One of its weights by its name within the layer."""
        return np.asarray(self.weight(f"{self.name}/{part}"), np.float32)

    def unknown(self, what: str) -> InputError:
        """The refusal of a layer or setting that would be built wrongly, with what to do instead."""
        return InputError(f"{self.name}: {what} is not known here; run the model in Keras")

    def expect(self, what: str, **usual: Any) -> None:
        """Refuse a layer of which any of these settings is another."""
        if any(self.settings[name] != value for name, value in usual.items()):
            raise self.unknown(what)


Emit = Callable[[Layer, Sequence[Output]], Output]


def graph_of(config: Mapping[str, Any], weight: Weight, unit: Sequence[float] = (1.0, 1.0, 1.0)) -> ov.Model:
    """The network for the engine: pictures (batch, height, width, 3) in, maps of that size out in their unit, kernels by name."""
    pixels, places = placed(config, weight)
    network = config["config"]
    last = places[network["output_layers"][0]]
    last = op.multiply(last, _by_channel(np.array(unit))).output(0) if set(unit) != {1.0} else last
    return ov.Model([op.transpose(last, CHANNELS_LAST)], [pixels], network["name"])


def placed(config: Mapping[str, Any], weight: Weight) -> tuple[Node, dict[str, Output]]:
    """The place of the pictures, and what every layer makes of them, by its name; channels come first."""
    pixels = op.parameter([-1, -1, -1, 3], np.float32, name=PIXELS)
    pixels.output(0).get_tensor().set_names({PIXELS})
    places = dict[str, Output]()
    for layer in layers_of(config, weight):
        if layer.kind == "InputLayer":
            places[layer.name] = op.transpose(pixels, CHANNELS_FIRST).output(0)
        else:
            places[layer.name] = _emitted(layer, [places[name] for name in layer.inputs])
    return pixels, places


def layers_of(config: Mapping[str, Any], weight: Weight) -> list[Layer]:
    """All layers, each after those that it reads."""
    return [
        Layer(entry["config"]["name"], entry["class_name"], entry["config"], _read_by(entry["inbound_nodes"][:1]), weight)
        for entry in config["config"]["layers"]
    ]


def _read_by(node: Any) -> list[str]:
    """The names of the layers that a call reads, in its order."""
    if isinstance(node, list):
        return [name for part in node for name in _read_by(part)]
    if not isinstance(node, dict):
        return []
    is_tensor = node.get("class_name") == "__keras_tensor__"
    return [str(node["config"]["keras_history"][0])] if is_tensor else _read_by(node["args"])


def whole_kernels(config: Mapping[str, Any]) -> tuple[str, ...]:
    """Kernels that lose too much in whole numbers and weigh little: those on each channel alone, and the last layer's."""
    layers = layers_of(config, lambda name: np.zeros(0, np.float32))
    alone = [layer.name for layer in layers if layer.kind == "DepthwiseConv2D"]
    last = [layer.name for layer in layers if layer.kind == "Conv2D"][-1:]
    return tuple(name + KERNEL for name in [*alone, *last])


def read_network(folder: Path) -> Mapping[str, Any] | None:
    """How a model folder's network is built, where it says so."""
    path = folder / LAYERS
    try:
        config = json.loads(path.read_text())
        layers_of(config, lambda name: np.zeros(0, np.float32))
    except FileNotFoundError:
        return None
    except (OSError, RecursionError, ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise InputError(f"{path}: describes no network ({error}); train or copy the model again") from error
    return dict(config)


def _emitted(layer: Layer, inputs: Sequence[Output]) -> Output:
    if layer.kind not in EMITTED:
        raise layer.unknown(f"a layer of kind {layer.kind}")
    output = EMITTED[layer.kind](layer, inputs)
    if output not in inputs:  # the name is the same in every process, so what is known of a place can be stored
        output.get_node().set_friendly_name(layer.name)
    return output


def convolution(layer: Layer, inputs: Sequence[Output]) -> Output:
    """With all that it may be asked for but groups."""
    layer.expect("a convolution in groups, or with channels first,", groups=1, data_format="channels_last")
    kernel = op.constant(engine_order(layer.array("kernel")), name=layer.name + KERNEL)
    settings = layer.settings
    x = op.convolution(
        inputs[0], kernel, settings["strides"], NONE, NONE, settings["dilation_rate"], PADDING[settings["padding"]]
    )
    return _finished(layer, x.output(0))


def depthwise(layer: Layer, inputs: Sequence[Output]) -> Output:
    """A convolution on each channel alone."""
    layer.expect("a depthwise convolution that widens, or with channels first,", depth_multiplier=1, data_format="channels_last")
    kernel = op.constant(np.ascontiguousarray(layer.array("kernel").transpose(2, 3, 0, 1)[:, :, None]), name=layer.name + KERNEL)
    settings = layer.settings
    x = op.group_convolution(
        inputs[0], kernel, settings["strides"], NONE, NONE, settings["dilation_rate"], PADDING[settings["padding"]]
    )
    return _finished(layer, x.output(0))


def separable(layer: Layer, inputs: Sequence[Output]) -> Output:
    """A convolution on each channel alone, then one on each pixel alone."""
    layer.expect("a separable convolution that widens, or with channels first,", depth_multiplier=1, data_format="channels_last")
    settings = layer.settings
    alone = np.ascontiguousarray(layer.array("depthwise_kernel").transpose(2, 3, 0, 1)[:, :, None])
    mixing = engine_order(layer.array("pointwise_kernel"))
    x = op.group_convolution(
        inputs[0], alone, settings["strides"], NONE, NONE, settings["dilation_rate"], PADDING[settings["padding"]]
    )
    return _finished(layer, op.convolution(x, mixing, ONE, NONE, NONE, ONE).output(0))


def batch_norm(layer: Layer, inputs: Sequence[Output]) -> Output:
    """One factor and one term a channel."""
    scale = 1 / np.sqrt(layer.array("moving_variance") + layer.settings["epsilon"])
    scale = scale * layer.array("gamma") if layer.settings["scale"] else scale
    shift = -scale * layer.array("moving_mean")
    shift = shift + layer.array("beta") if layer.settings["center"] else shift
    return op.add(op.multiply(inputs[0], _by_channel(scale)), _by_channel(shift)).output(0)


def leaky_relu(layer: Layer, inputs: Sequence[Output]) -> Output:
    """A slope below nought."""
    return op.prelu(inputs[0], np.array([layer.settings["negative_slope"]], np.float32)).output(0)


def relu(layer: Layer, inputs: Sequence[Output]) -> Output:
    """Nothing below nought, and nothing above the limit where there is one."""
    layer.expect("a ReLU with a slope or a threshold", negative_slope=0.0, threshold=0.0)
    limit = layer.settings["max_value"]
    return (op.relu(inputs[0]) if limit is None else op.clamp(inputs[0], 0.0, limit)).output(0)


def added(layer: Layer, inputs: Sequence[Output]) -> Output:
    """The sum of all inputs."""
    total = inputs[0]
    for term in inputs[1:]:
        total = op.add(total, term).output(0)
    return total


def max_pool(layer: Layer, inputs: Sequence[Output]) -> Output:
    """The highest of each window."""
    settings = layer.settings
    padding = PADDING[settings["padding"]]
    return op.max_pool(inputs[0], settings["strides"], ONE, NONE, NONE, settings["pool_size"], auto_pad=padding).output(0)


def mean_pool(layer: Layer, inputs: Sequence[Output]) -> Output:
    """The mean of each window; what lies outside the picture does not count."""
    settings = layer.settings
    padding = PADDING[settings["padding"]]
    return op.avg_pool(inputs[0], settings["strides"], NONE, NONE, settings["pool_size"], True, auto_pad=padding).output(0)


def mean_of_all(layer: Layer, inputs: Sequence[Output]) -> Output:
    """One number a channel for the whole picture."""
    layer.expect("a layer of kind GlobalAveragePooling2D with channels first", data_format="channels_last")
    return op.reduce_mean(inputs[0], SIDES, layer.settings["keepdims"]).output(0)


def dense(layer: Layer, inputs: Sequence[Output]) -> Output:
    """Every number out of every number in."""
    if len(inputs[0].get_partial_shape()) != 2:
        raise layer.unknown("a dense layer on every pixel")
    kernel = op.constant(engine_order(layer.array("kernel")), name=layer.name + KERNEL)
    x = op.matmul(inputs[0], kernel, False, True).output(0)
    return activated(layer, [op.add(x, layer.array("bias")[None]).output(0) if layer.settings["use_bias"] else x])


def up_sampling(layer: Layer, inputs: Sequence[Output]) -> Output:
    """Pixels repeated, or straight lines between them."""
    way, scales = layer.settings["interpolation"], np.array(layer.settings["size"], np.float32)
    if way not in WAYS:
        raise layer.unknown(f"up-sampling by {way}")
    mode, rule = WAYS[way]
    return op.interpolate(inputs[0], scales, mode, "scales", axes=SIDES, **rule).output(0)


WAYS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "nearest": ("nearest", {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}),
    "bilinear": ("linear_onnx", {"coordinate_transformation_mode": "half_pixel"}),
}


def zero_padding(layer: Layer, inputs: Sequence[Output]) -> Output:
    """Noughts around the picture."""
    (top, bottom), (left, right) = layer.settings["padding"]
    nought = np.array(0, np.float32)
    return op.pad(inputs[0], np.array([0, 0, top, left]), np.array([0, 0, bottom, right]), "constant", nought).output(0)


def rescaling(layer: Layer, inputs: Sequence[Output]) -> Output:
    """Values brought to another range by a factor and a term."""
    scale, offset = (np.array(layer.settings[name], np.float32).reshape(1, -1, 1, 1) for name in ("scale", "offset"))
    return op.add(op.multiply(inputs[0], scale), offset).output(0)


def _finished(layer: Layer, x: Output) -> Output:
    x = op.add(x, _by_channel(layer.array("bias"))).output(0) if layer.settings["use_bias"] else x
    return activated(layer, [x])


def activated(layer: Layer, inputs: Sequence[Output]) -> Output:
    """A layer's activation."""
    name = layer.settings["activation"]
    if not isinstance(name, str) or name not in ACTIVATIONS:
        raise layer.unknown(f"activation {name if isinstance(name, str) else 'of another kind'}")
    return ACTIVATIONS[name](inputs[0])


ACTIVATIONS: Mapping[str, Callable[[Output], Output]] = {
    "linear": lambda x: x,
    "relu": lambda x: op.relu(x).output(0),
    "sigmoid": lambda x: op.sigmoid(x).output(0),
    "softmax": lambda x: op.softmax(x, 1).output(0),
}


def _by_channel(values: Floats) -> Output:
    return op.constant(values.astype(np.float32).reshape(1, -1, 1, 1)).output(0)


EMITTED: Mapping[str, Emit] = {
    "Activation": activated,
    "Add": added,
    "AveragePooling2D": mean_pool,
    "BatchNormalization": batch_norm,
    "Concatenate": lambda layer, inputs: op.concat(list(inputs), 1).output(0),
    "Conv2D": convolution,
    "Dense": dense,
    "DepthwiseConv2D": depthwise,
    "Dropout": lambda layer, inputs: inputs[0],
    "ELU": lambda layer, inputs: op.elu(inputs[0], layer.settings["alpha"]).output(0),
    "GlobalAveragePooling2D": mean_of_all,
    "LeakyReLU": leaky_relu,
    "MaxPooling2D": max_pool,
    "ReLU": relu,
    "Rescaling": rescaling,
    "SeparableConv2D": separable,
    "SpatialDropout2D": lambda layer, inputs: inputs[0],
    "UpSampling2D": up_sampling,
    "ZeroPadding2D": zero_padding,
}
