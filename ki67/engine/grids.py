"""Grids for what flows through a network: 256 equal steps that reach as far as training pictures do.

Where a kernel in whole numbers reads from such a grid, the engine's own int8 kernels run it.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ki67.engine.graphs import PIXELS, Network, Node, Output, op, ov

LEAST = 1e-30  # a step, where nothing ever differs from nought
Images = NDArray[np.uint8]
Reach = Mapping[str, tuple[float, float]]  # the lowest and the highest value of each node that kernels read


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


def reached(graph: ov.Model, read: Sequence[Output], images: Images) -> Reach:
    """How far the nodes behind some outputs reach, the mean over pictures: what only one picture reaches is cut off."""
    watched, names = graph.clone(), sorted(set().union(*map(sources, read)))
    nodes, axes = _by_name(watched), np.arange(4)
    ends = [reduce(nodes[name].output(0), axes, True).output(0) for name in names for reduce in (op.reduce_min, op.reduce_max)]
    probe = Network(ov.Model([op.concat(ends, 0)], watched.get_parameters(), "probe")).running(1, *images.shape[1:])
    seen = np.stack([probe(image[None].astype(np.float32) / 255).reshape(-1, 2) for image in images])
    means = seen.mean(axis=0, dtype=np.float64).tolist()
    return {name: (low, high) for name, (low, high) in zip(names, means, strict=True)} | {PIXELS: (0.0, 1.0)}


def ends_with_zero(low: float, high: float) -> tuple[float, float]:
    """The ends of 256 equal steps over a range, moved a little so that nought is one of them: borders are padded with it."""
    low, high = min(low, 0.0), max(high, 0.0)
    step = max((high - low) / 255, LEAST)
    below = round(-low / step)
    return -below * step, (255 - below) * step


def put_on_grids(graph: ov.Model, read: Sequence[Output], reach: Reach) -> None:
    """Whatever these outputs bring is put on a grid where it arises; what is read side by side shares one."""
    nodes = _by_name(graph)
    for group in read_together(read):
        together = np.array([reach[name] for name in group])
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
