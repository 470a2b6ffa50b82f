"""Running compressed: a network that keeps indices and codebooks, and reads each kernel out of them just before it is used.

To the engine, codebooks and indices are inputs. Were they constants, it would gather the kernels once, when it compiles, and
keep them at four bytes a weight; constant indices by themselves it would keep as 32-bit integers.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ki67.container.codebook import Floats
from ki67.container.shared import SharedKernel, SharedWeights
from ki67.engine.graphs import EXACT, Network, Output, engine_order, fed, folded, kernel_named, kernels, op, ov, taken_factor

AT_ONCE = 1 << 20  # weights read in one go: it bounds the room for 32-bit copies of the indices
# Its code generator takes a tenth of a megabyte for every product of a kernel and BatchNorm's factor; the older way is as fast.
LEAN = {**EXACT, "SNIPPETS_MODE": "DISABLE"}

Feeds = dict[str, NDArray[Any]]


def index_map(graph: ov.Model, shared: SharedWeights) -> Network:
    """The network with every shared kernel as places in a codebook; what is not shared stays as it is."""
    result, feeds = graph.clone(), Feeds()
    codebooks = [fed(result, feeds, f"codebook{number}", values) for number, values in enumerate(shared.codebooks)]
    for stack in stacks(shared.kernels):
        constants = [kernel_named(result, kernel.name) for kernel in stack]
        factor = np.concatenate([taken_factor(constant) for constant in constants])
        rows = _rows(result, feeds, stack, codebooks[stack[0].codebook], factor)
        heights = [constant.get_output_shape(0)[0] for constant in constants]
        parts = op.variadic_split(rows, np.array(0), np.array(heights)).outputs() if len(stack) > 1 else [rows]
        for constant, part in zip(constants, parts, strict=True):
            constant.output(0).replace(op.reshape(part, np.array(constant.get_output_shape(0)), False).output(0))
    result.validate_nodes_and_infer_types()
    return Network(result, feeds, LEAN)


def stacks(kernels: Sequence[SharedKernel]) -> list[list[SharedKernel]]:
    """Neighbours read together: rows of one length, one codebook, no more than fit at once. Each reading has code of its own."""
    together: list[list[SharedKernel]] = []
    for kernel in kernels:
        last = together[-1] if together else []
        alike = bool(last) and (_row(last[0]), last[0].codebook) == (_row(kernel), kernel.codebook)
        if alike and sum(member.indices.size for member in (*last, kernel)) <= AT_ONCE:
            last.append(kernel)
        else:
            together.append([kernel])
    return together


def _row(kernel: SharedKernel) -> int:
    """Weights of one output channel."""
    return int(kernel.indices.size // kernel.indices.shape[-1])


def _rows(graph: ov.Model, feeds: Feeds, stack: Sequence[SharedKernel], codebook: Output, factor: Floats) -> Output:
    """A row for each output channel: its codebook values times BatchNorm's factor."""
    indices = np.concatenate([engine_order(kernel.indices).reshape(-1, _row(kernel)) for kernel in stack])
    parts = min(-(-indices.size // AT_ONCE), len(factor))
    rows = []
    for part, (some, scale) in enumerate(zip(np.array_split(indices, parts), np.array_split(factor, parts), strict=True)):
        places = fed(graph, feeds, f"{stack[0].name}/{part}", some)
        rows.append(op.multiply(op.gather(codebook, places, np.array(0)), scale[:, None]).output(0))
    return op.concat(rows, 0).output(0) if parts > 1 else rows[0]


def expanded(graph: ov.Model, shared: SharedWeights) -> Network:
    """The same values at four bytes a weight: what the index map is measured against."""
    return Network(folded(graph, {kernel.name: engine_order(shared.values(kernel)) for kernel in shared.kernels}))


def hollow(graph: ov.Model) -> Network:
    """The same network without its weights, every kernel one number spread out as it runs: what memory the rest takes."""
    result, feeds = graph.clone(), Feeds()
    number = fed(result, feeds, "number", np.zeros(1, np.float32))
    for kernel in kernels(result).values():
        taken_factor(kernel)
        kernel.output(0).replace(op.broadcast(number, np.array(kernel.get_output_shape(0))).output(0))
    result.validate_nodes_and_infer_types()
    return Network(result, feeds, LEAN)
