"""How large a weight may be in whole numbers: a processor without dot products of bytes (VNNI) adds two products in 16 bits.

A sum that does not fit is cut off and nobody is told; the cells that are lost with it are many. There weights stay small enough.
"""

from functools import cache

import numpy as np

from ki67.engine.graphs import PIXELS, Network, op, ov

FULL = 127  # all that a signed byte can tell apart on both sides of nought
SAFE = 64  # twice 255 · 64 is less than 2¹⁵
CHANNELS, SIDE = 32, 4  # of the probe: enough for the kernels that real networks take
BRIGHT = 255


@cache
def largest_weight() -> int:
    """What a weight may be at most here, so that no sum is cut off: this processor is asked to add the largest products."""
    pixels = np.full((1, SIDE, SIDE, CHANNELS), BRIGHT, np.float32)
    found = _probe().running(*pixels.shape)(pixels)
    return FULL if np.allclose(found, CHANNELS * BRIGHT * FULL, rtol=1e-3) else SAFE


def _probe() -> Network:
    """One convolution in whole numbers, all of them as large as they can be."""
    pixels = op.parameter([1, SIDE, SIDE, CHANNELS], np.float32, name=PIXELS)
    pixels.output(0).get_tensor().set_names({PIXELS})
    low, high = np.float32(0), np.float32(BRIGHT)
    read = op.fake_quantize(op.transpose(pixels, np.array([0, 3, 1, 2])), low, high, low, high, BRIGHT + 1)
    weights = op.convert(op.constant(np.full((CHANNELS, CHANNELS, 1, 1), FULL, np.int8)), np.float32)
    kernel = op.multiply(weights, np.ones((CHANNELS, 1, 1, 1), np.float32))
    return Network(ov.Model([op.convolution(read, kernel, [1, 1], [0, 0], [0, 0], [1, 1])], [pixels], "probe"))
