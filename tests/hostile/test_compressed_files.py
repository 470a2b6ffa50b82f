"""Containers that are damaged, or that declare what no network holds, given to `ki67 expand` and to `ki67 score --model`."""

import json
import resource
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from attempts import Arrange, Attempt, Case, Ended, refused, with_a_bit_flipped
from fields_made import write_field

from ki67.container.container import Compressed, packed, read_bytes
from ki67.container.shared import SharedKernel, SharedWeights
from ki67.pictures.written import STATE
from ki67.weights import NETWORK

SUBJECT = "compressed files"
EXPAND = ["expand", "m.ki67", "--out", "new/m.keras"]
SCORE = ["score", "in", "--out", "out", "--model", "m.ki67", "--precision", "float32"]
LEFT_OUT = "left out"


@cache
def network() -> Compressed:
    """Two layers, as `ki67 compress` leaves them."""
    import keras
    from keras import layers

    import ki67.models.store  # noqa: F401 — sets threads before TensorFlow starts

    pixels = keras.Input((6,), name="pixels")
    hidden = layers.BatchNormalization(name="bn")(layers.Dense(3, name="d")(pixels))
    model = keras.Model(pixels, layers.Dense(5, name="e")(hidden), name="small")
    vectors = {variable.path: np.ones(variable.shape, np.float32) for variable in model.variables}
    kernels = [SharedKernel(name, np.zeros(vectors.pop(name).shape, np.uint8), 0) for name in ("d/kernel", "e/kernel")]
    shared = SharedWeights((np.array([0.5], np.float32),), tuple(kernels))
    return Compressed(shared, vectors, {"keras": json.loads(model.to_json())}, {"made_from": "small.keras"})


def given(content: Callable[[], bytes], arguments: list[str] = EXPAND) -> Arrange:
    """A file with this content, expanded."""

    def arrange(folder: Path) -> list[str]:
        (folder / "m.ki67").write_bytes(content())
        return arguments

    return arrange


def whole() -> bytes:
    return packed(network(), "m.ki67")


def described(change: Callable[[str], str]) -> Arrange:
    """A whole container whose network is described otherwise."""

    def content() -> bytes:
        text = json.dumps(network().architecture)
        assert change(text) != text
        return packed(replace(network(), architecture=json.loads(change(text))), "m.ki67")

    return given(content)


def replaced(old: str, new: str) -> Arrange:
    return described(lambda text: text.replace(old, new))


def built_by(architecture: Any) -> Arrange:
    return given(lambda: packed(replace(network(), architecture=architecture), "m.ki67"))


def kernels_of(*shapes: tuple[int, ...]) -> Arrange:
    """A whole container whose kernels have these shapes, all of one value: they take no bytes."""

    def content() -> bytes:
        kernels = (SharedKernel(n, np.zeros(s, np.uint8), 0) for n, s in zip(("d/kernel", "e/kernel"), shapes, strict=False))
        return packed(replace(network(), shared=replace(network().shared, kernels=tuple(kernels))), "m.ki67")

    return given(content)


def flipped(place: float) -> Arrange:
    return given(lambda: with_a_bit_flipped(whole(), place))


def cut(share: float) -> Arrange:
    return given(lambda: whole()[: int(share * len(whole()))])


def no_file(folder: Path) -> list[str]:
    return EXPAND


def a_folder(folder: Path) -> list[str]:
    (folder / "m.ki67").mkdir()
    return EXPAND


def in_the_way(what: Callable[[Path], object], out: str) -> Arrange:
    """Something stands where the model is to be written."""

    def arrange(folder: Path) -> list[str]:
        what(folder / out)
        return given(whole, ["expand", "m.ki67", "--out", out])(folder)

    return arrange


def nothing(path: Path) -> None:
    """As it was."""


def below_a_file(path: Path) -> None:
    path.parent.write_text("mine")


def saying(**changes: Any) -> Arrange:
    """A container that says of itself what the network of the package does, but for these; and a field to score by it."""

    def content() -> bytes:
        description = {name: value for name, value in (shipped().description | changes).items() if value != LEFT_OUT}
        return packed(replace(network(), description=description), "m.ki67")

    return scored_by(content)


@cache
def shipped() -> Compressed:
    return read_bytes(NETWORK.read_bytes(), "shipped")


def scored_by(content: Callable[[], bytes]) -> Arrange:
    def arrange(folder: Path) -> list[str]:
        write_field(folder / "in/0.png")
        return given(content, SCORE)(folder)

    return arrange


NO_CONTAINER, DAMAGED = "m.ki67: not a ki67 container", "m.ki67: damaged ("
OTHER, FOREIGN = "belong to another network", "which is not a layer of Keras; such a file is not opened"
THERE, BUILD = "there already; name another file with --out", "m.ki67: Keras cannot build its network ("
DENSE = '"class_name": "Dense"'
CASES = [
    Case(SUBJECT, "as it was written", given(whole), Ended.DONE),
    refused(SUBJECT, "no file", no_file, "m.ki67: "),
    refused(SUBJECT, "a folder", a_folder, "m.ki67: cannot be read"),
    *(refused(SUBJECT, f"no container: {content[:8]!r}", given(lambda content=content: content), NO_CONTAINER)
      for content in (b"", b"text", b"PK\x03\x04", b"\xff" * 99, bytes(99), (2).to_bytes(8, "little") + b"{}",
                      (60).to_bytes(8, "little") + b"[" * 60)),
    *(refused(SUBJECT, f"cut off after {share:.0%}", cut(share), "m.ki67: ") for share in (0.01, 0.1, 0.5, 0.9, 0.999)),
    *(refused(SUBJECT, f"a bit flipped at {place:.0%}", flipped(place), "m.ki67: ")
      for place in (0, 0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1)),
    refused(SUBJECT, "bytes behind its end", given(lambda: whole() + bytes(9)), DAMAGED),
    refused(SUBJECT, "two in one file", given(lambda: 2 * whole()), DAMAGED),
    refused(SUBJECT, "of a later version", given(lambda: whole().replace(b'version\\":1', b'version\\":9')), "newer ki67"),
    *(refused(SUBJECT, f"a layer of {units:,} units", replaced('"units": 5', f'"units": {units}'), "asks for (3, ")
      for units in (6, 20_000, 2_000_000, 200_000_000, 10**30)),
    *(refused(SUBJECT, f"a layer of {units} units", replaced('"units": 5', f'"units": {units}'), BUILD)
      for units in ("0", "-3", "null", '"five"', "[5]")),
    refused(SUBJECT, "kernels of 2,000,000 units", kernels_of((6, 3), (3, 2_000_000)), "asks for (3, 5)"),
    refused(SUBJECT, "kernels of 200,000,000 units", kernels_of((6, 3), (1, 200_000_000)), "asks for (3, 5)"),
    refused(SUBJECT, "a kernel that lies the other way", kernels_of((3, 6), (3, 5)), "asks for (6, 3)"),
    refused(SUBJECT, "a kernel too few", kernels_of((6, 3)), OTHER),
    *(refused(SUBJECT, f"a class of {module}", replaced('"module": "keras.layers"', f'"module": "{module}"'), FOREIGN)
      for module in ("os", "subprocess", "builtins.eval", "kerasx.layers", "numpy")),
    *(refused(SUBJECT, f"a layer called {name}", replaced(DENSE, f'"class_name": "{name}"'), FOREIGN)
      for name in ("Lambda", "TFSMLayer", "TorchModuleWrapper")),
    refused(SUBJECT, "a layer that Keras does not have", replaced(DENSE, '"class_name": "Dens"'), "m.ki67: "),
    *(refused(SUBJECT, f"a network that is {str(network)[:20]}", built_by(network), "describes no network")
      for network in (None, [], {}, "pathonet", 7, {"keras": None}, {"keras": []})),
    refused(SUBJECT, "a builder nobody knows", built_by({"builder": "os.system", "activation": "relu"}), "unknown network"),
    refused(SUBJECT, "an activation nobody knows", built_by({"builder": "fcrn_a", "activation": "x"}), "unknown network"),
    refused(SUBJECT, "a network of ours with others' weights", built_by({"builder": "fcrn_a", "activation": "relu"}), OTHER),
]  # fmt: skip
OUTPUTS = "what expand writes"
CASES += [
    refused(OUTPUTS, "the container itself", given(whole, ["expand", "m.ki67", "--out", "m.ki67"]), "a .keras file"),
    *(refused(OUTPUTS, f"to be called {name!r}", in_the_way(nothing, name), "a .keras file")
      for name in ("m", "m.h5", ".keras", "m.keras.zip", "m.KERAS")),
    Case(OUTPUTS, "in folders that are not there", in_the_way(nothing, "a/b/c.keras"), Ended.DONE),
    refused(OUTPUTS, "a user's file", in_the_way(lambda path: path.write_text("mine"), "m.keras"), THERE),
    refused(OUTPUTS, "an empty file", in_the_way(lambda path: path.touch(), "m.keras"), THERE),
    refused(OUTPUTS, "a link", in_the_way(lambda path: path.symlink_to("m.ki67"), "m.keras"), THERE),
    refused(OUTPUTS, "a dead link", in_the_way(lambda path: path.symlink_to("nowhere"), "m.keras"), THERE),
    refused(OUTPUTS, "a folder", in_the_way(lambda path: path.mkdir(), "m.keras"), "a folder; name a file"),
    refused(OUTPUTS, "below a file", in_the_way(below_a_file, "mine/m.keras"), "not written"),
    refused(OUTPUTS, "a name that is too long", in_the_way(nothing, "m" * 300 + ".keras"), "name too long"),
]  # fmt: skip
MODELS = "models to score with"
NO_SENSE, NO_CELLS = "makes no sense", "m.ki67: no network for cells ("
CASES += [
    refused(MODELS, "no network for cells", scored_by(whole), NO_CELLS),
    refused(MODELS, "cut off", scored_by(lambda: NETWORK.read_bytes()[:-9]), DAMAGED),
    refused(MODELS, "no container", scored_by(lambda: b"text"), NO_CONTAINER),
    *(refused(MODELS, f"its {name} is {value}", saying(**{name: value}), NO_CELLS)
      for name, value in (("um_per_px", 0), ("um_per_px", -1), ("um_per_px", "wide"), ("um_per_px", LEFT_OUT), ("thresholds", 7),
                          ("thresholds", {}), ("recipe", LEFT_OUT), ("marker", "guess"), ("min_distance", "near"))),
    refused(MODELS, "its thresholds were never tuned", saying(thresholds=None), "never tuned"),
    refused(MODELS, "an architecture nobody knows", saying(architecture="patonet"), "engine cannot build its network"),
    *(refused(MODELS, f"a range of training pictures that is {value}", saying(familiar={"dab": value}), NO_SENSE)
      for value in ([], [1], [1, 2, 3], ["low", "high"], None, 7)),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_compressed_files(case: Case, attempt: Attempt) -> None:
    outcome = attempt(case)
    assert case.ended is not Ended.REFUSED or [name for name in outcome.new if STATE.name not in name] == []


def test_what_a_file_declares_takes_no_memory(attempt: Attempt) -> None:
    before = peak_megabytes()
    attempt(refused(SUBJECT, "a layer of 3 GB", replaced('"units": 5', '"units": 250000000'), "asks for (3, "))
    assert peak_megabytes() < before + 200


def peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
