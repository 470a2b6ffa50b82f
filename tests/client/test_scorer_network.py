"""The network as a browser runs it gives the engine's maps: the one that ships, and others with few values or many."""

from pathlib import Path

import numpy as np
import pytest

from ki67.app.browser.network_file import network_file
from ki67.engine.graphs import Floats
from ki67.engine.model import Model, load_model
from ki67.weights import NETWORK, fields
from tests.client.in_page import InPage, unpacked
from tests.shared_networks import write_shared

HEIGHT, WIDTH = 64, 96
MAPS = """
  const [file, rgba, width, height] = values;
  const compiled = await (await fetch('/scorer/layers.wasm')).arrayBuffer(), memory = new WebAssembly.Memory({initial: 64});
  const wasm = (await WebAssembly.instantiate(compiled, {env: {memory}})).instance.exports;
  const read = network.parts(await network.unpacked(bytes(file).buffer));
  const running = new network.Network(read, {wasm, memory, floor: Math.ceil(wasm.__heap_base.value / 16) * 16, lanes: 1});
  running.prepare(width, height);
  running.show(bytes(rgba));
  for (const [name, ...given] of running.calls) wasm[name](...given, 0, 1);
  return text(new Uint8Array(running.answer(width, height).buffer));
"""


@pytest.fixture(params=["ships", 200, 3000])
def model(request: pytest.FixtureRequest, tmp_path: Path) -> Model:
    """By the number of values that its weights have."""
    return load_model(NETWORK if request.param == "ships" else write_shared(tmp_path / "other.ki67", request.param))


def in_browser(parts: InPage, model: Model, picture: np.ndarray) -> Floats:
    opaque = np.dstack([picture, np.full(picture.shape[:2], 255, np.uint8)])
    height, width, _ = picture.shape
    answer = parts.asked("network", MAPS, network_file(model), opaque.tobytes(), width, height)
    return np.frombuffer(unpacked(answer), np.float32).reshape(3, height, width).transpose(1, 2, 0)


def test_a_browsers_maps_are_the_engines(parts: InPage, model: Model) -> None:
    picture = np.asarray(fields().images[0][:HEIGHT, :WIDTH])
    running = model.network("float32", lambda: fields().images).running(1, HEIGHT, WIDTH, 3)
    expected = running(picture[None].astype(np.float32) / 255)[0]
    assert np.abs(in_browser(parts, model, picture) - expected).max() < 1e-4 * np.abs(expected).max()
