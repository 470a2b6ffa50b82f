"""A network in few bytes for its file: large kernels in a byte a weight, the rest in half precision, all computed in floats."""

from collections.abc import Iterator

import numpy as np

from ki67.engine.graphs import KERNEL, Floats, Node, Output, op, ov, values

LARGE = 1 << 14  # weights in a kernel: of so many, what is rounded off evens out
TOP = 127


def in_few_bytes(graph: ov.Model) -> ov.Model:
    """The same network; the engine undoes how its numbers are stored when it reads them.

    All parts bear names, since the engine would number them through all that it ever built.
    """
    result = graph.clone()
    for node in list(_arrays(result)):
        name, array = node.get_friendly_name(), values(node)
        large = name.endswith(KERNEL) and array.size >= LARGE
        node.output(0).replace(_in_bytes(array, name) if large else _halved(array, name))
    result.validate_nodes_and_infer_types()
    return result


def _arrays(graph: ov.Model) -> Iterator[Node]:
    """Constants of a channel and more; single numbers and sizes weigh nothing."""
    for node in graph.get_ordered_ops():
        if node.get_type_name() == "Constant" and node.get_element_type() == ov.Type.f32 and len(node.get_output_shape(0)) > 1:
            yield node


def _halved(array: Floats, name: str) -> Output:
    return op.convert(op.constant(array.astype(np.float16), name=f"{name}/halved"), np.float32, name=name).output(0)


def _in_bytes(kernel: Floats, name: str) -> Output:
    """Whole numbers times a factor for each channel that the kernel makes."""
    highest = np.abs(kernel).max(tuple(range(1, kernel.ndim)), keepdims=True)
    factor = np.where(highest > 0, highest / TOP, 1).astype(np.float32)
    whole_numbers = op.constant(np.rint(kernel / factor).astype(np.int8), name=f"{name}/bytes")
    floats = op.convert(whole_numbers, np.float32, name=f"{name}/floats")
    return op.multiply(floats, op.constant(factor, name=f"{name}/factor"), name=name).output(0)
