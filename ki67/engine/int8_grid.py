"""Running compressed in whole numbers: representatives placed on an int8 grid, so that the engine's own int8 kernels run them.

A kernel's grid has one step. BatchNorm's factor stays apart from it, a float for each output channel, so a kernel holds no more
values than its codebook. What kernels read is put on a grid of 256 values, which reaches as far as training pictures do.
"""

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from ki67.base.errors import InputError
from ki67.container.codebook import Floats
from ki67.container.shared import SharedKernel, SharedWeights
from ki67.engine.graphs import Network, Output, engine_order, kernel_named, op, ov, taken_factor
from ki67.engine.grids import Images, put_on_grids, reached
from ki67.engine.saturation import largest_weight

MOST = 256  # representatives that one byte can tell apart
Grid = NDArray[np.int8]


def int8_grid(graph: ov.Model, shared: SharedWeights, images: Images, whole: Collection[str] = ()) -> Network:
    """The network with its kernels in int8, but for those named in `whole`; the pictures say how far values reach."""
    if (k := max(map(len, shared.codebooks))) > MOST:
        raise InputError(f"{graph.get_friendly_name()}: {k} representatives are more than a byte holds; run it as an index map")
    result, read = graph.clone(), list[Output]()
    for kernel in shared.kernels:
        constant = kernel_named(result, kernel.name)
        factor = taken_factor(constant).reshape(-1, *[1] * (kernel.indices.ndim - 1))
        if kernel.name in whole:
            constant.output(0).replace(op.constant(engine_order(shared.values(kernel)) * factor, name=kernel.name).output(0))
        else:
            read += [node.get_node().input_value(0) for node in constant.output(0).get_target_inputs()]
            constant.output(0).replace(_dequantized(kernel, shared.codebooks[kernel.codebook], factor))
    result.validate_nodes_and_infer_types()
    put_on_grids(result, read, reached(result, read, images))
    return Network(result)


def _dequantized(kernel: SharedKernel, codebook: Floats, factor: Floats) -> Output:
    step, places = on_grid(codebook, np.bincount(kernel.indices.ravel(), minlength=len(codebook)), largest_weight())
    whole_numbers = op.constant(engine_order(places[kernel.indices]), name=kernel.name)
    return op.multiply(op.convert(whole_numbers, np.float32), np.float32(step) * factor).output(0)


def on_grid(codebook: Floats, counts: NDArray[np.integer], top: int) -> tuple[float, Grid]:
    """A step, and each representative as a multiple of it from −top to top.

    Of the steps that bring the largest representative in use to 1, 2, … top, the one that moves the weights least.
    """
    values, used = codebook.astype(np.float64), counts > 0
    largest = np.max(np.abs(values[used]), initial=float(np.finfo(np.float32).tiny))
    steps = largest / np.arange(1, top + 1)
    moved = [np.sum(counts * (values - step * np.rint(values / step)) ** 2) for step in steps]
    step = float(steps[int(np.argmin(moved))])
    return step, np.where(used, np.rint(values / step), 0).astype(np.int8)
