"""A network of H&E patches from its folder: a graph for the engine, and what it says of itself."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from ki67.base.errors import InputError
from ki67.data.breastpathq import SIZE
from ki67.data.patches import SIDE
from ki67.engine.description import read_description
from ki67.engine.graphs import PIXELS, Network, engine, ov
from ki67.tiles.description import ShippedNetwork
from ki67.weights import CELLULARITY

DESCRIPTION, GRAPH, WEIGHTS = "model.json", "graph.xml", "graph.bin"
SCORE, MAPS = "score", "maps"
SHAPE = (1, SIDE, SIDE, 3)


@dataclass(frozen=True)
class CellularityModel:
    """A network, what it says of itself, and the hash of its three files."""

    path: Path
    digest: str
    description: ShippedNetwork
    network: Network

    @property
    def um_per_px(self) -> float:
        """Micrometres of a pixel as the network sees it."""
        return self.description.um_per_px

    @property
    def published_um_per_px(self) -> float:
        """Micrometres of a pixel of a published patch, which is reduced to one tile."""
        return self.um_per_px * SIDE / SIZE


def load_cellularity_model(asked: Path | None = None) -> CellularityModel:
    """The network that is asked for, else the one that is shipped."""
    if asked is None and not CELLULARITY.is_dir():
        raise InputError(
            f"{CELLULARITY}: this installation holds no network for cellularity; "
            "name a model folder with --model (`ki67 ship-cellularity` makes one of a trained network)"
        )
    folder = asked or CELLULARITY
    digest = hashlib.sha256()
    for name in (DESCRIPTION, GRAPH, WEIGHTS):
        try:
            digest.update((folder / name).read_bytes())
        except OSError as error:
            wanted = f"a model is a folder with {DESCRIPTION}, {GRAPH} and {WEIGHTS}"
            raise InputError(f"{folder / name}: cannot be read ({error.strerror}); {wanted}") from error
    description = read_description(folder, ShippedNetwork)
    return CellularityModel(folder, digest.hexdigest(), description, Network(_scoring(folder / GRAPH)))


def _scoring(path: Path) -> ov.Model:
    """The graph from its file, ready for one tile."""
    try:
        if ElementTree.parse(path).getroot().tag != "net":  # the engine would try what other formats it could be, aloud
            raise InputError(f"{path}: not a graph of OpenVINO; copy the model again")
        graph = engine().read_model(path)
        if not {PIXELS} <= _names(graph.inputs) or not {SCORE} <= _names(graph.outputs):
            raise InputError(f"{path}: reads no {PIXELS!r} or gives no {SCORE!r}; name a network for cellularity")
        found = only_score(graph)
        found.reshape({PIXELS: ov.PartialShape(list(SHAPE))})
    except (RuntimeError, ElementTree.ParseError) as error:
        raise InputError(f"{path}: damaged, or not the graph of its {WEIGHTS}; copy the model again") from error
    if list(found.output(0).shape) != [1, 1]:
        raise InputError(f"{path}: its score is no single number a tile; name a network for cellularity")
    return found


def only_score(graph: ov.Model) -> ov.Model:
    """The graph, less all that the score does not need."""
    return ov.Model([graph.output(SCORE).get_node().input_value(0)], graph.get_parameters(), graph.get_friendly_name())


def _names(ports: Iterable[ov.Output]) -> set[str]:
    return {name for port in ports for name in port.get_names()}
