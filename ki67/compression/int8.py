"""Running compressed in whole numbers: representatives placed on an int8 grid, so that the engine's own int8 kernels run them.

A kernel's grid has one step. BatchNorm's factor stays apart from it, a float for each output channel, so a kernel holds no more
values than its codebook. What kernels read is put on a grid of 256 values, which reaches as far as training pictures do.
"""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ki67.compression.codebook import Floats
from ki67.compression.shared import SharedKernel, SharedWeights
from ki67.errors import InputError
from ki67.graphs import PIXELS, Network, Node, Output, engine_order, kernel_named, op, ov, taken_factor

MOST = 256  # representatives that one byte can tell apart
TOP = 127
LEAST = 1e-30  # a step, where nothing ever differs from nought
Grid = NDArray[np.int8]
Images = NDArray[np.uint8]


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
    _coarsen(result, read_together(read), images)
    return Network(result)


def _dequantized(kernel: SharedKernel, codebook: Floats, factor: Floats) -> Output:
    step, places = on_grid(codebook, np.bincount(kernel.indices.ravel(), minlength=len(codebook)))
    whole_numbers = op.constant(engine_order(places[kernel.indices]), name=kernel.name)
    return op.multiply(op.convert(whole_numbers, np.float32), np.float32(step) * factor).output(0)


def on_grid(codebook: Floats, counts: NDArray[np.integer]) -> tuple[float, Grid]:
    """A step, and each representative as a multiple of it from −127 to 127.

    Of the steps that bring the largest representative in use to 1, 2, … 127, the one that moves the weights least.
    """
    values, used = codebook.astype(np.float64), counts > 0
    largest = np.max(np.abs(values[used]), initial=float(np.finfo(np.float32).tiny))
    steps = largest / np.arange(1, TOP + 1)
    moved = [np.sum(counts * (values - step * np.rint(values / step)) ** 2) for step in steps]
    step = float(steps[int(np.argmin(moved))])
    return step, np.where(used, np.rint(values / step), 0).astype(np.int8)


def sources(output: Output) -> set[str]:
    """The nodes whose values arrive here unchanged: operations that only choose or arrange values are passed."""
    node = output.get_node()
    if node.get_type_name() == "Concat":
        return set().union(*(sources(each) for each in node.input_values()))
    passed = node.get_type_name() in {"MaxPool", "Interpolate", "Transpose"}
    return sources(node.input_value(0)) if passed else {node.get_friendly_name()}


def read_together(outputs: Sequence[Output]) -> list[set[str]]:
    """Nodes that must share a grid, since some kernel reads them side by side."""
    groups: list[set[str]] = []
    for new in map(sources, outputs):
        groups = [*(g for g in groups if not g & new), new.union(*(g for g in groups if g & new))]
    return groups


def reached(graph: ov.Model, names: Sequence[str], images: Images) -> NDArray[np.float64]:
    """Lowest and highest value of each node (nodes, 2), the mean over pictures: what only one picture reaches is cut off."""
    watched = graph.clone()
    nodes, axes = _by_name(watched), np.arange(4)
    ends = [reduce(nodes[name].output(0), axes, True).output(0) for name in names for reduce in (op.reduce_min, op.reduce_max)]
    probe = Network(ov.Model([op.concat(ends, 0)], watched.get_parameters(), "probe")).running(1, *images.shape[1:])
    seen = np.stack([probe(image[None].astype(np.float32) / 255).reshape(-1, 2) for image in images])
    return np.asarray(seen.mean(axis=0, dtype=np.float64))


def ends_with_zero(low: float, high: float) -> tuple[float, float]:
    """The ends of 256 equal steps over a range, moved a little so that nought is one of them: borders are padded with it."""
    low, high = min(low, 0.0), max(high, 0.0)
    step = max((high - low) / 255, LEAST)
    below = round(-low / step)
    return -below * step, (255 - below) * step


def _coarsen(graph: ov.Model, groups: Sequence[set[str]], images: Images) -> None:
    names = sorted(set().union(*groups))
    ranges = dict(zip(names, reached(graph, names, images), strict=True)) | {PIXELS: np.array([0.0, 1.0])}
    nodes = _by_name(graph)
    for group in groups:
        together = np.array([ranges[name] for name in group])
        ends = ends_with_zero(together[:, 0].min(), together[:, 1].max())
        for name in group:
            _put_on_grid(nodes[name].output(0), ends)
    graph.validate_nodes_and_infer_types()


def _put_on_grid(output: Output, ends: tuple[float, float]) -> None:
    readers = list(output.get_target_inputs())
    low, high = (np.float32(end) for end in ends)
    coarse = op.fake_quantize(output, low, high, low, high, 256).output(0)
    for reader in readers:
        reader.replace_source_output(coarse)


def _by_name(graph: ov.Model) -> Mapping[str, Node]:
    return {node.get_friendly_name(): node for node in graph.get_ordered_ops()}
