"""Networks as OpenVINO graphs: kernels by name, BatchNorm folded into them, stored and run. Nothing here needs TensorFlow.

This is the one door to the engine. OpenVINO sends statistics of its use by default. The package through which it does so is
kept out before it is imported, and it is made to work without.
"""

import ctypes
import json
import sys
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from ki67.base.errors import InputError

sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]

import openvino as ov  # noqa: E402
from openvino import Node, Output  # noqa: E402
from openvino import opset13 as op  # noqa: E402

__all__ = ["Node", "Output", "op", "ov"]  # the engine's own names, for whoever builds graphs

PIXELS = "pixels"
KERNEL = "/kernel"
ONE_BYTE = ("u8", "i8")
# Unasked, OpenVINO computes in bfloat16 on processors that have it.
EXACT: Mapping[str, Any] = {"INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY"}

Floats = NDArray[np.float32]


@cache
def engine() -> ov.Core:
    """The one engine of this process, with its way to arrays set up: where two threads ask for that first, it hangs."""
    ov.Tensor(np.zeros(1, np.float32))
    return ov.Core()


def kernels(graph: ov.Model) -> dict[str, Node]:
    """The constants called `layer/kernel`: output channels first, then input channels, then the window."""
    return {node.get_friendly_name(): node for node in graph.get_ordered_ops() if node.get_friendly_name().endswith(KERNEL)}


def kernel_named(graph: ov.Model, name: str) -> Node:
    """One kernel; a graph that lacks it belongs to another network."""
    found = kernels(graph)
    if name not in found:
        raise InputError(f"{graph.get_friendly_name()}: no kernel {name}; the compressed weights belong to another network")
    return found[name]


def engine_order(kernel: NDArray[Any]) -> NDArray[Any]:
    """A kernel as Keras has it (window, in, out) in the engine's order (out, in, window)."""
    return np.ascontiguousarray(kernel.transpose(kernel.ndim - 1, kernel.ndim - 2, *range(kernel.ndim - 2)))


def values(constant: Node) -> Floats:
    """What a constant holds, as an array of our own."""
    return np.array(constant.get_data(), dtype=np.float32)


def only_user(output: Output) -> Node | None:
    """The node that reads an output, where there is just one."""
    users = list(output.get_target_inputs())
    return users[0].get_node() if len(users) == 1 else None


def taken_factor(kernel: Node) -> Floats:
    """By how much BatchNorm multiplies each channel that a kernel makes. The graph no longer does so: the caller must."""
    convolution = only_user(kernel.output(0))
    scaling = only_user(convolution.output(0)) if convolution else None
    factor = np.ones(kernel.get_output_shape(0)[0], np.float32)
    if convolution and scaling and scaling.get_type_name() == "Multiply":
        factor *= values(scaling.input_value(1).get_node()).ravel()
        scaling.output(0).replace(convolution.output(0))
    return factor


def folded(graph: ov.Model, replaced: Mapping[str, Floats] | None = None) -> ov.Model:
    """The same network with BatchNorm's factors inside its kernels, some of which may be replaced: the engine at its best."""
    result, given = graph.clone(), replaced or {}
    new = {name: (kernel_named(result, name), kernel) for name, kernel in given.items()}
    new |= {name: (node, values(node)) for name, node in kernels(result).items() if name not in given}
    for name, (node, kernel) in new.items():
        factor = taken_factor(node).reshape(-1, *[1] * (kernel.ndim - 1))
        node.output(0).replace(op.constant(kernel * factor, name=name).output(0))
    result.validate_nodes_and_infer_types()
    return result


def fed(graph: ov.Model, feeds: dict[str, NDArray[Any]], name: str, array: NDArray[Any]) -> Output:
    """A new input of a graph that is given the same array every time."""
    parameter = op.parameter(array.shape, array.dtype, name=name)
    parameter.output(0).get_tensor().set_names({name})
    graph.add_parameters([parameter])
    feeds[name] = np.ascontiguousarray(array)
    return parameter.output(0)


@dataclass(frozen=True)
class Network:
    """A graph, what it is fed beside the pictures, and how the engine is to run it."""

    graph: ov.Model
    feeds: dict[str, NDArray[Any]] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=lambda: dict(EXACT))

    def running(self, *shape: int) -> "Running":
        """The network ready for pictures of one shape (batch, height, width, 3)."""
        return Running(self, shape)

    def save(self, folder: Path) -> None:
        """Write what another process needs to run it."""
        folder.mkdir(parents=True, exist_ok=True)
        ov.save_model(self.graph, folder / "graph.xml", compress_to_fp16=False)
        save_file(self.feeds, folder / "feeds.safetensors")
        (folder / "settings.json").write_text(json.dumps(dict(self.settings)))

    @classmethod
    def load(cls, folder: Path) -> "Network":
        """What `save` wrote; constants stay in the file until the engine asks for them."""
        settings = json.loads((folder / "settings.json").read_text())
        return cls(engine().read_model(folder / "graph.xml"), load_file(folder / "feeds.safetensors"), settings)


class Running:
    """A compiled network: call it with pictures, from any thread, and it gives their maps."""

    def __init__(self, network: Network, shape: tuple[int, ...]) -> None:
        sized = network.graph.clone()
        sized.reshape({PIXELS: ov.PartialShape(list(shape))})
        self.compiled = engine().compile_model(sized, "CPU", dict(network.settings))
        self._feeds = network.feeds  # kept, for the engine reads them where they lie
        self._own = threading.local()
        del sized
        hand_back()

    def _request(self) -> Any:
        """Each thread's own: a request answers one call at a time."""
        if not hasattr(self._own, "request"):
            self._own.request = self.compiled.create_infer_request()
            for name, feed in self._feeds.items():
                self._own.request.set_tensor(name, ov.Tensor(feed, shared_memory=True))
        return self._own.request

    def __call__(self, pixels: Floats) -> Floats:
        """The maps of pictures whose values lie between 0 and 1."""
        request = self._request()
        request.infer({PIXELS: pixels}, share_inputs=True)
        return np.array(request.get_output_tensor(0).data)

    @property
    def widest_constant(self) -> int:
        """Values in the largest constant that the engine keeps at more than a byte each: where an expanded kernel would show."""
        constants = [n for n in self.compiled.get_runtime_model().get_ordered_ops() if _told(n, "layerType") == "Const"]
        wide = [n for n in constants if _told(n, "outputPrecisions") not in ONE_BYTE]
        return max((int(np.prod(n.get_output_shape(0))) for n in wide), default=0)

    @property
    def arithmetic(self) -> Counter[str]:
        """How many convolutions run in which numbers: `i8`, `f32`."""
        nodes = self.compiled.get_runtime_model().get_ordered_ops()
        return Counter(_told(n, "primitiveType").split("_")[-1].lower() for n in nodes if _told(n, "layerType") == "Convolution")


def hand_back() -> None:
    """Give freed memory back to the system: compiling frees as much as a small network weighs, and glibc would keep it."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim:
        trim(0)


def _told(node: Node, key: str) -> str:
    return str(node.get_rt_info()[key].astype(str))
