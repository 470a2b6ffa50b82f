"""The two networks of a slide from their folder: graphs for the engine, and what they say of themselves."""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self
from xml.etree import ElementTree

from ki67.base.errors import InputError
from ki67.engine.description import read_description
from ki67.engine.graphs import EXACT, PIXELS, Network, engine, ov
from ki67.engine.precision import HALF
from ki67.slides.description import SlideNetworks
from ki67.slides.names import Numbers
from ki67.weights import SLIDES

DESCRIPTION = "model.json"
PATCHWISE, REFINER = "patchwise", "refiner"  # names of the graphs, with two endings each
FILES = (DESCRIPTION, *(f"{graph}.{ending}" for graph in (PATCHWISE, REFINER) for ending in ("xml", "bin")))
SETTINGS = {"float32": EXACT, "bfloat16": HALF}
CLASSES = 2  # free of tumour, tumour
TUMOUR = 1


class OtherNetworks(InputError):
    """A worker of a cluster has other networks than the one who asks; no slide is at fault."""


@dataclass(frozen=True)
class SlideModel:
    """Both networks, what they say of themselves, the hash of their files, and the numbers that they are computed in."""

    path: Path
    digest: str
    description: SlideNetworks
    patchwise: Network
    refiner: Network
    numbers: Numbers = "float32"

    def computed_in(self, numbers: Numbers) -> Self:
        """The same networks in other numbers: float32 as they come, or bfloat16 where the processor has it."""
        patchwise, refiner = (replace(each, settings=SETTINGS[numbers]) for each in (self.patchwise, self.refiner))
        return replace(self, patchwise=patchwise, refiner=refiner, numbers=numbers)


def load_slide_model(asked: Path | None = None) -> SlideModel:
    """The networks that are asked for, else those that are shipped."""
    if asked is None and not SLIDES.is_dir():
        raise InputError(
            f"{SLIDES}: this installation holds no networks for slides; "
            "name a model folder with --model (`ki67 ship-slides` makes one of trained networks)"
        )
    folder = asked or SLIDES
    digest = hashlib.sha256()
    for name in FILES:
        try:
            digest.update((folder / name).read_bytes())
        except OSError as error:
            what = f"a model is a folder with {', '.join(FILES)}"
            raise InputError(f"{folder / name}: cannot be read ({error.strerror}); {what}") from error
    description = read_description(folder, SlideNetworks)
    small, whole = description.patch_side, description.side
    patchwise = _graph(folder / f"{PATCHWISE}.xml", [1, small, small, 3], [1, CLASSES])
    refiner = _graph(folder / f"{REFINER}.xml", [1, whole, whole, 4], [1, whole, whole, CLASSES])
    return SlideModel(folder, digest.hexdigest(), description, Network(patchwise), Network(refiner))


def _graph(path: Path, read: list[int], given: list[int]) -> ov.Model:
    """A graph from its file that reads pictures of one shape and gives answers of another."""
    try:
        if ElementTree.parse(path).getroot().tag != "net":  # the engine would try what other formats it could be, aloud
            raise InputError(f"{path}: not a graph of OpenVINO; copy the model again")
        graph = engine().read_model(path)
        shape = ov.PartialShape(read)
        if not any(PIXELS in port.get_names() and port.partial_shape.compatible(shape) for port in graph.inputs):
            raise InputError(f"{path}: reads no {PIXELS!r} of {read[1]}×{read[2]} in {read[3]} channels; copy the model again")
        graph.reshape({PIXELS: shape})
        fits = list(graph.output(0).shape) == given
    except (RuntimeError, ElementTree.ParseError) as error:
        raise InputError(f"{path}: damaged, or not the graph that its description tells of; copy the model again") from error
    if not fits:
        raise InputError(f"{path}: does not answer with two shares for what it is shown; name a model folder for slides")
    return graph
