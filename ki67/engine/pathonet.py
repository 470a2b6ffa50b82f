"""PathoNet for the engine, rewritten so that it computes less and gives the same maps.

Up-sampling by nearest neighbours only repeats pixels. What looks at one pixel at a time (a 1×1 convolution, BatchNorm, LeakyReLU)
may come before it, on a quarter of the pixels. So may a 3×3 convolution of dilation 4, as one of dilation 2: its nine places lie
an even number of pixels apart, so they fall on the same repeats. The decoder's narrow and dilated paths move below the
up-sampling; only its plain path, of dilation 1, stays above. Layers keep their names, so weights carry over.
"""

from collections.abc import Callable, Sequence

import numpy as np

from ki67.engine.graphs import PIXELS, Floats, Output, engine_order, op, ov

ENCODERS, DECODERS, HEADS = 4, 4, 3
SLOPE = np.array([0.3], np.float32)
EPSILON = 1e-3  # of BatchNorm
NORM = ("gamma", "beta", "moving_mean", "moving_variance")
# The last layers hold a thousandth of the weights, and what they read reaches further than one grid of 256 values can follow.
WHOLE = ("head2/kernel", "head3/kernel", "maps/kernel")
CHANNELS_FIRST, CHANNELS_LAST = np.array([0, 3, 1, 2]), np.array([0, 2, 3, 1])
Weight = Callable[[str], Floats]  # an array by the name of its layer and its own: `stem1/kernel`
REPEATED = {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}


def pathonet(weight: Weight, activation: str, unit: Sequence[float] = (1.0, 1.0, 1.0)) -> ov.Model:
    """Pictures (batch, height, width, 3) between 0 and 1 in, three maps of that size out; sides are multiples of 16.

    `unit` is what the last layer's maps are told in.
    """
    layer, pixels = _Layers(weight), op.parameter([-1, -1, -1, 3], np.float32, name=PIXELS)
    pixels.output(0).get_tensor().set_names({PIXELS})
    x, levels = op.transpose(pixels, CHANNELS_FIRST).output(0), list[Output]()
    x = layer.convolution(layer.convolution(x, "stem1"), "stem2")
    for depth in range(1, ENCODERS + 1):
        levels.append(x)
        x = layer.encoder(_halved(x), f"encoder{depth}")
    for depth in range(DECODERS, 0, -1):
        x = _beside([levels.pop(), layer.decoder(x, f"decoder{depth}")])
    for index in range(1, HEADS + 1):
        x = layer.convolution(x, f"head{index}")
    x = layer.maps(x)
    x = op.relu(x).output(0) if activation == "relu" else x
    x = op.multiply(x, _by_channel(np.array(unit))).output(0) if set(unit) != {1.0} else x
    return ov.Model([op.transpose(x, CHANNELS_LAST)], [pixels], "pathonet")


class _Layers:
    """The network's modules, each by the name that its weights bear."""

    def __init__(self, weight: Weight) -> None:
        self.weight = weight

    def convolution(self, x: Output, name: str, dilation: int = 1) -> Output:
        """A convolution without bias, then BatchNorm and LeakyReLU."""
        return self.activated(self._convolved(x, name, dilation), name)

    def encoder(self, x: Output, name: str) -> Output:
        """A plain and a dilated path, and as the shortcut the input beside itself, which doubles its channels."""
        plain = self._twice(x, name, "plain", 1)
        return self.activated(_sum(plain, self._twice(x, name, "dilated", 4), _beside([x, x])), name)

    def decoder(self, x: Output, name: str) -> Output:
        """From half the resolution: all that can be done there, then up-sampling, then the plain path."""
        x = self._twice(x, name, "narrow", 1)
        below = _sum(self._twice(x, name, "dilated", 2), x)
        plain = self._twice(_doubled(x), name, "plain", 1)
        return self.activated(_sum(plain, _doubled(below)), name)

    def maps(self, x: Output) -> Output:
        """The last layer, which has a bias."""
        return op.add(self._convolved(x, "maps", 1), _by_channel(self.weight("maps/bias"))).output(0)

    def activated(self, x: Output, name: str) -> Output:
        """BatchNorm as one factor and one term a channel, and LeakyReLU."""
        scale, shift = self._norm(f"{name}_bn")
        x = op.add(op.multiply(x, _by_channel(scale)), _by_channel(shift)).output(0)
        return op.prelu(x, SLOPE, name=f"{name}_relu").output(0)

    def _twice(self, x: Output, module: str, path: str, dilation: int) -> Output:
        first = self.convolution(x, f"{module}_{path}1", dilation)
        return self.convolution(first, f"{module}_{path}2", dilation)

    def _convolved(self, x: Output, name: str, dilation: int) -> Output:
        kernel = op.constant(engine_order(self.weight(f"{name}/kernel")), name=f"{name}/kernel")
        none, spread = [0, 0], [dilation, dilation]
        return op.convolution(x, kernel, [1, 1], none, none, spread, "same_upper", name=name).output(0)

    def _norm(self, name: str) -> tuple[Floats, Floats]:
        gamma, beta, mean, variance = (self.weight(f"{name}/{part}") for part in NORM)
        scale = gamma / np.sqrt(variance + EPSILON)
        return scale, beta - scale * mean


def _beside(parts: Sequence[Output]) -> Output:
    return op.concat(list(parts), 1).output(0)


def _sum(first: Output, *others: Output) -> Output:
    for other in others:
        first = op.add(first, other).output(0)
    return first


def _halved(x: Output) -> Output:
    return op.max_pool(x, [2, 2], [1, 1], [0, 0], [0, 0], [2, 2], auto_pad="valid").output(0)


def _doubled(x: Output) -> Output:
    return op.interpolate(x, np.array([2, 2], np.float32), "nearest", "scales", axes=np.array([2, 3]), **REPEATED).output(0)


def _by_channel(values: Floats) -> Output:
    return op.constant(values.astype(np.float32).reshape(1, -1, 1, 1)).output(0)
