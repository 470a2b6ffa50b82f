"""What the bench measures with: memory of fresh processes, turns, simulated fields; and an engine that stays at home."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from engine_network import graph, together
from keras import layers

from ki67.bench import memory
from ki67.bench.networks import rendered
from ki67.compression.keras_models import kernels
from ki67.engine import index_map as run
from ki67.engine.index_map import expanded, hollow, index_map
from ki67.models.export import openvino_model
from ki67.quantize.quantizers import QUANTIZERS, share_globally

PACKAGE = Path(run.__file__).parents[1]


HOLDING = """
import numpy as np
from ki67.bench.memory import of_this_process
before = of_this_process()
held = np.ones(64 << 20, np.uint8)
during = of_this_process()
del held
after = of_this_process()
print((during.private - before.private) / 1024, (after.private - before.private) / 1024, after.peak >= during.private)
"""


def test_memory_that_is_held_is_seen_and_memory_given_back_is_not() -> None:
    held, left, peak = subprocess.run([sys.executable, "-c", HOLDING], capture_output=True, text=True, check=True).stdout.split()
    assert float(held) == pytest.approx(64, abs=2)
    assert float(left) == pytest.approx(0, abs=2)
    assert peak == "True"


def test_fresh_processes_show_what_weights_take(tmp_path: Path) -> None:
    pixels = x = keras.Input((None, None, 3))
    for number in range(8):
        x = layers.Conv2D(256, 3, padding="same", activation="relu", name=f"large{number}")(x)
    model = keras.Model(pixels, x, name="large")
    weights = kernels(model)
    shared, large = share_globally(weights, QUANTIZERS["uq"], 256, "large"), openvino_model(model)
    for name, one in {"expanded": expanded(large, shared), "map": index_map(large, shared), "hollow": hollow(large)}.items():
        one.save(tmp_path / name)
    found = memory.engines({name: tmp_path / name for name in ("expanded", "map", "hollow")}, (1, 64, 64, 3), 1)
    floats, places = (memory.difference(found[name], found["hollow"]).private / 1024 for name in ("expanded", "map"))
    megabytes = 4 * shared.weights / 2**20
    assert floats > 0.95 * megabytes
    assert places > 0.95 * megabytes / 4
    assert floats > 2 * places


def test_simulated_fields_are_the_same_for_the_same_seed() -> None:
    one, other = rendered(1, 7), rendered(1, 7)
    assert np.array_equal(one.images, other.images) and one.images.shape == (1, 256, 256, 3)
    assert len(one.cells[0]) > 0 and one.cells[0].xy.max() < 256
    assert one.evenly(5).names == one.names


# Nothing is told to anybody

WATCHED = """
import sys
seen = []
def watch(event, arguments):
    if event.startswith("socket.") or event in ("os.fork", "os.posix_spawn", "subprocess.Popen"):
        seen.append(event)
        raise RuntimeError(event)
sys.addaudithook(watch)
import numpy as np
from pathlib import Path
from ki67.engine.graphs import Network
import openvino
Network.load(Path(sys.argv[1])).running(1, 32, 32, 3)(np.zeros((1, 32, 32, 3), np.float32))
print(seen)
"""


def test_the_engine_opens_no_socket_and_leaves_nothing_at_home(tmp_path: Path) -> None:
    index_map(graph(), together()).save(tmp_path / "network")
    home = tmp_path / "home"
    home.mkdir()
    environment = {key: value for key, value in os.environ.items() if key not in {"CI", "TF_BUILD", "JENKINS_URL"}}
    command = [sys.executable, "-c", WATCHED, str(tmp_path / "network")]
    said = subprocess.run(command, env=environment | {"HOME": str(home)}, capture_output=True, text=True, check=True)
    assert said.stdout.splitlines()[-1] == "[]"
    assert not list(home.glob("intel"))


def test_the_engine_has_one_door() -> None:
    def imported(path: Path) -> set[str]:
        nodes = list(ast.walk(ast.parse(path.read_text())))
        named = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
        named |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
        return {name.split(".")[0] for name in named}

    users = {path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py") if {"openvino", "nncf"} & imported(path)}
    assert users == {"engine/graphs.py"}
    code = "import sys, ki67.engine.graphs; print('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "False"
