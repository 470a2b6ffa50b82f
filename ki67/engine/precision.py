"""In which numbers a network is computed: float32 as trained, bfloat16, or whole numbers of one byte."""

from collections.abc import Callable, Collection, Mapping

import numpy as np

from ki67.engine.graphs import EXACT, Floats, Network, Output, folded, kernels, op, ov, taken_factor, values
from ki67.engine.grids import Images, Reach, put_on_grids, reached
from ki67.engine.names import Precision
from ki67.engine.saturation import largest_weight

HALF = {**EXACT, "INFERENCE_PRECISION_HINT": "bf16"}  # bfloat16 where the processor has it, else float32


def readers(graph: ov.Model, whole: Collection[str]) -> list[Output]:
    """What the kernels read that may run in whole numbers."""
    narrow = (node for name, node in kernels(graph).items() if name not in whole)
    return [user.get_node().input_value(0) for node in narrow for user in node.output(0).get_target_inputs()]


def reach_of(graph: ov.Model, whole: Collection[str], images: Images) -> Reach:
    """How far everything reaches that such kernels read, told by pictures like those of training."""
    return reached(graph, readers(graph, whole), images)


def in_int8(graph: ov.Model, whole: Collection[str], reach: Reach, top: int) -> Network:
    """Kernels in whole numbers up to `top`, each output channel by a step of its own, but for those named in `whole`."""
    result = graph.clone()
    for name, node in kernels(result).items():
        kernel = values(node)
        factor = taken_factor(node).reshape(-1, *[1] * (kernel.ndim - 1))
        new = op.constant(kernel * factor, name=name).output(0) if name in whole else _dequantized(name, kernel, factor, top)
        node.output(0).replace(new)
    result.validate_nodes_and_infer_types()
    put_on_grids(result, readers_of_bytes(result), reach)
    return Network(result, {}, HALF)


def readers_of_bytes(graph: ov.Model) -> list[Output]:
    """What is read by convolutions whose kernel is stored in bytes."""
    convolutions = [node for node in graph.get_ordered_ops() if node.get_type_name() == "Convolution"]
    return [node.input_value(0) for node in convolutions if node.input_value(1).get_node().get_type_name() == "Multiply"]


def _dequantized(name: str, kernel: Floats, factor: Floats, top: int) -> Output:
    axes = tuple(range(1, kernel.ndim))
    step = np.maximum(np.abs(kernel).max(axis=axes, keepdims=True), np.finfo(np.float32).tiny) / np.float32(top)
    places = op.constant(np.rint(kernel / step).astype(np.int8), name=name)
    return op.multiply(op.convert(places, np.float32), (step * factor).astype(np.float32)).output(0)


Making = Callable[[ov.Model, Collection[str], Reach], Network]
MAKING: Mapping[Precision, Making] = {
    "float32": lambda graph, whole, reach: Network(folded(graph)),
    "bfloat16": lambda graph, whole, reach: Network(folded(graph), {}, HALF),
    "int8": lambda graph, whole, reach: in_int8(graph, whole, reach, largest_weight()),
}


def network(graph: ov.Model, precision: Precision, whole: Collection[str], reach: Reach) -> Network:
    """The network in the numbers asked for."""
    return MAKING[precision](graph, whole, reach)
