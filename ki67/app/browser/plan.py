"""A network as a list of five kinds of layers on planes, from the engine's graph: whatever that knows, the browser can run.

A plane is a picture of floats, `level` times halved. Planes that are no longer read lend their place to later ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ki67.base.errors import InputError
from ki67.engine.graphs import Floats, Node, Output, only_user, ov, values

Kind = Literal["convolve", "sum", "pool", "double", "copy"]
FOLLOWING = ("Multiply", "Add", "PRelu", "Relu")  # of a convolution or a sum: done with it in one go, in this order
AS_IT_IS = 1.0  # the slope below nought of what has no activation


@dataclass(frozen=True)
class Place:
    """Room for planes of one size."""

    channels: int
    level: int


@dataclass(frozen=True)
class Layer:
    """One deed: from some places into another, from its channel `first` on; then a factor, a term and a slope a channel."""

    kind: Kind
    read: tuple[int, ...]
    write: int
    first: int = 0
    kernel: Floats | None = None  # (out, in, side, side)
    dilation: int = 1
    factor: Floats = field(default_factory=lambda: np.empty(0, np.float32))
    term: Floats = field(default_factory=lambda: np.empty(0, np.float32))
    slope: float = AS_IT_IS


@dataclass(frozen=True)
class Plan:
    """Layers in order, the first place being the picture, the last layer's the maps."""

    places: Sequence[Place]
    layers: Sequence[Layer]


@dataclass(frozen=True)
class Tail:
    """What follows a convolution or a sum, and the output where that ends."""

    factor: Floats
    term: Floats
    slope: float
    end: Output


def plan_of(graph: ov.Model) -> Plan:
    """The graph's layers, each with what can be done in the same go."""
    planner = _Planner(graph)
    for node in graph.get_ordered_ops():
        planner.take(node)
    return Plan(planner.places, planner.layers)


class _Planner:
    def __init__(self, graph: ov.Model) -> None:
        self.name = graph.get_friendly_name()
        self.places, self.layers = list[Place](), list[Layer]()
        self._held: dict[Output, int] = {}  # the place where an output lies
        self._done = set[Node]()
        self._reads = _reads(graph)

    def take(self, node: Node) -> None:
        """Plan a node that is not part of an earlier layer."""
        kind = node.get_type_name()
        if node in self._done or kind in ("Constant", "Result"):
            return
        if kind == "Parameter":
            self._held[node.output(0)] = self._room(Place(3, 0))
        elif kind == "Transpose":  # the browser's planes lie channel by channel all the way
            self._held[node.output(0)] = self._held[node.input_value(0)]
        elif kind in PLANNERS:
            PLANNERS[kind](self, node)
        else:
            raise InputError(f"{self.name}: the browser knows no layer {kind}; add it to ki67/app/client/scorer")

    def convolve(self, node: Node) -> None:
        """With BatchNorm and activation."""
        kernel = values(node.input_value(1).get_node())
        tail = self._tail(node.output(0), len(kernel))
        dilation = int(node.get_attributes()["dilations"][0])
        read = (self._held[node.input_value(0)],)
        write = self._room(Place(len(kernel), self.places[read[0]].level))
        self._add(Layer("convolve", read, write, 0, kernel, dilation, tail.factor, tail.term, tail.slope), [node], tail.end)

    def sum(self, node: Node) -> None:
        """Of planes, as many as are added one after the other; a lone factor or activation is a sum of one."""
        terms, nodes, end = self._terms(node)
        read = tuple(self._held[term] for term in terms)
        place = self.places[read[0]]
        tail = self._tail(end, place.channels)
        self._add(Layer("sum", read, self._room(place), 0, None, 1, tail.factor, tail.term, tail.slope), nodes, tail.end)

    def resize(self, node: Node) -> None:
        """To half or to twice the size."""
        kind: Kind = "pool" if node.get_type_name() == "MaxPool" else "double"
        read = self._held[node.input_value(0)]
        place = self.places[read]
        write = self._room(Place(place.channels, place.level + (1 if kind == "pool" else -1)))
        self._add(Layer(kind, (read,), write), [node], node.output(0))

    def beside(self, node: Node) -> None:
        """Planes beside each other, one copy each."""
        read = [self._held[value.get_source_output()] for value in node.inputs()]
        channels = [self.places[place].channels for place in read]
        write = self._room(Place(sum(channels), self.places[read[0]].level))
        for place, first in zip(read, np.cumsum([0, *channels]).tolist(), strict=False):
            self.layers.append(Layer("copy", (place,), write, first))
        self._finish([node], node.output(0), write)

    def _terms(self, node: Node) -> tuple[list[Output], list[Node], Output]:
        """The planes that a chain of additions adds, its nodes, and what comes out of the last."""
        if not _adds_planes(node):
            return [node.input_value(0)], [], node.input_value(0)
        terms, nodes = [node.input_value(0), node.input_value(1)], [node]
        while (user := only_user(node.output(0))) and _adds_planes(user) and self._known(user, node):
            terms.append(_other(user, node))
            nodes.append(node := user)
        return terms, nodes, node.output(0)

    def _known(self, user: Node, node: Node) -> bool:
        return _other(user, node) in self._held

    def _tail(self, output: Output, channels: int) -> Tail:
        """Factor, term and activation, as far as nobody else reads what lies between."""
        factor, term, slope = np.ones(channels, np.float32), np.zeros(channels, np.float32), AS_IT_IS
        at = 0
        while (user := only_user(output)) and (kind := user.get_type_name()) in FOLLOWING[at:] and not _adds_planes(user):
            at, output = FOLLOWING.index(kind) + 1, user.output(0)
            if kind == "Multiply":
                factor = _by_channel(user, channels)
            elif kind == "Add":
                term = _by_channel(user, channels)
            else:
                slope, at = float(values(user.input_value(1).get_node()).item()) if kind == "PRelu" else 0.0, len(FOLLOWING)
            self._done.add(user)
        return Tail(factor, term, slope, output)

    def _add(self, layer: Layer, nodes: Sequence[Node], end: Output) -> None:
        self.layers.append(layer)
        self._finish(nodes, end, layer.write)

    def _finish(self, nodes: Sequence[Node], end: Output, write: int) -> None:
        self._done.update(nodes)
        self._held[end] = write
        for node in nodes:
            for value in node.inputs():
                self._reads[value.get_source_output()] = self._reads.get(value.get_source_output(), 1) - 1

    def _room(self, place: Place) -> int:
        """A place of that size in which nothing lies that is still to be read, or a new one."""
        in_use = {held for output, held in self._held.items() if self._reads.get(output, 0) > 0}
        for number, known in enumerate(self.places):
            if known == place and number not in in_use and number:
                return number
        self.places.append(place)
        return len(self.places) - 1


PLANNERS = {
    "Convolution": _Planner.convolve, "Add": _Planner.sum, "Multiply": _Planner.sum, "PRelu": _Planner.sum,
    "Relu": _Planner.sum, "MaxPool": _Planner.resize, "Interpolate": _Planner.resize, "Concat": _Planner.beside,
}  # fmt: skip


def _reads(graph: ov.Model) -> dict[Output, int]:
    """How often each output is read."""
    return {node.output(0): len(node.output(0).get_target_inputs()) for node in graph.get_ordered_ops() if node.outputs()}


def _adds_planes(node: Node) -> bool:
    both = [value.get_source_output().get_node().get_type_name() for value in node.inputs()]
    return node.get_type_name() == "Add" and "Constant" not in both


def _other(node: Node, known: Node) -> Output:
    first, second = node.input_value(0), node.input_value(1)
    return second if first == known.output(0) else first


def _by_channel(node: Node, channels: int) -> NDArray[np.float32]:
    return np.broadcast_to(values(node.input_value(1).get_node()).ravel(), (channels,)).astype(np.float32)
