"""What the browser is given computes what Python computes, and is made of the network that ships."""

import gzip
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from ki67.app.browser.made import made
from ki67.app.browser.network_file import codebook_of, network_file
from ki67.app.browser.plan import Layer, Plan, plan_of
from ki67.base.errors import InputError
from ki67.container.codebook import MOST
from ki67.engine.model import Model, load_model
from ki67.weights import NETWORK, fields
from tests.shared_networks import write_shared

SIDE = 64
Planes = NDArray[np.float32]


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model(NETWORK)


@pytest.fixture(scope="module", params=[200, 3000])
def other(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Model:
    """Not the network that ships; its weights have few values, or more than a byte can tell apart."""
    return load_model(write_shared(tmp_path_factory.mktemp("other") / "other.ki67", request.param))


def convolved(planes: Planes, layer: Layer) -> Planes:
    reach, (height, width) = layer.kernel.shape[2] // 2 * layer.dilation, planes.shape[1:]
    wide = np.pad(planes, ((0, 0), (reach, reach), (reach, reach)))
    taps = np.ndindex(layer.kernel.shape[2:])
    moved = {tap: wide[:, tap[0] * layer.dilation :, tap[1] * layer.dilation :][:, :height, :width] for tap in taps}
    return sum(np.tensordot(layer.kernel[:, :, *tap], planes, 1) for tap, planes in moved.items())


def run(plan: Plan, pixels: Planes) -> Planes:
    """The plan's five kinds of layers, each as its name says."""
    held = {0: pixels.transpose(2, 0, 1)}
    for layer in plan.layers:
        first, place = held[layer.read[0]], plan.places[layer.write]
        if layer.kind == "pool":
            channels, height, width = first.shape
            held[layer.write] = first.reshape(channels, height // 2, 2, width // 2, 2).max((2, 4))
        elif layer.kind == "double":
            held[layer.write] = first.repeat(2, 1).repeat(2, 2)
        elif layer.kind == "copy":
            room = np.zeros((place.channels, *first.shape[1:]), np.float32) if layer.first == 0 else held[layer.write]
            room[layer.first : layer.first + len(first)] = first
            held[layer.write] = room
        else:
            made = convolved(first, layer) if layer.kind == "convolve" else sum(held[read] for read in layer.read)
            made = made * layer.factor[:, None, None] + layer.term[:, None, None]
            held[layer.write] = np.where(made > 0, made, made * layer.slope)
    return held[plan.layers[-1].write].transpose(1, 2, 0)


def off(model: Model) -> float:
    """How far the plan's maps lie from the engine's, of how far these reach."""
    pixels = fields().images[0][:SIDE, :SIDE].astype(np.float32) / 255
    maps = model.network("float32", lambda: fields().images).running(1, SIDE, SIDE, 3)(pixels[None])[0]
    return float(np.abs(run(plan_of(model.graph()), pixels) - maps).max() / np.abs(maps).max())


def test_a_plan_gives_the_engines_maps(model: Model) -> None:
    assert off(model) < 1e-4


def test_another_networks_plan_gives_the_engines_maps(other: Model) -> None:
    assert off(other) < 1e-4


def test_the_file_is_made_once_and_anew_where_it_is_of_something_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = made("network.bin", tmp_path)
    written = first.stat().st_mtime_ns
    assert (made("network.bin", tmp_path), first.stat().st_mtime_ns) == (first, written)
    monkeypatch.setattr("ki67.app.browser.made.NETWORK", Path(__file__))
    anew = made("network.bin", tmp_path)
    assert anew != first and [*tmp_path.glob("*-network.bin")] == [anew]


def opened(model: Model) -> tuple[dict[str, Any], bytes]:
    """The file's head, and what follows it."""
    content = gzip.decompress(network_file(model))
    begin = 4 + int.from_bytes(content[:4], "little")
    return json.loads(content[4:begin]), content[begin:]


def test_the_files_head_tells_which_network_it_is_and_how_it_counts(model: Model) -> None:
    head, _ = opened(model)
    assert head["network"]["digest"] == model.digest
    assert tuple(head["network"]["thresholds"]) == model.detector.thresholds
    assert head["rules"]["error"] == (asdict(model.error) if model.error else None)


def test_a_weight_takes_one_byte_up_to_256_values_and_two_beyond(other: Model) -> None:
    head, rest = opened(other)
    planes = np.frombuffer(rest[4 * head["floats"] :], np.uint8).reshape(1 if head["codebook"] <= 256 else 2, -1)
    places = sum(plane.astype(int) << 8 * significance for significance, plane in enumerate(planes))
    found = np.frombuffer(rest, "<f4", head["codebook"])[places]
    kernels = [layer.kernel for layer in plan_of(other.graph()).layers if layer.kernel is not None]
    assert np.array_equal(found, np.concatenate([kernel.transpose(1, 2, 3, 0).ravel() for kernel in kernels]))


def test_weights_that_share_no_values_are_refused(model: Model) -> None:
    kernel = np.arange(MOST + 1, dtype=np.float32).reshape(-1, 1, 1, 1)
    with pytest.raises(InputError, match="more than 65536 values; share them first"):
        codebook_of(Plan((), (Layer("convolve", (0,), 1, kernel=kernel),)), model.path)
