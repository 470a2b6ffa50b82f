"""Whole numbers on processors whose sums of bytes are cut off at 16 bits: there the weights are kept small enough."""

import json
import os
import subprocess
import sys
from functools import cache

import pytest

from ki67.bench.machine import machine
from ki67.engine.saturation import FULL, SAFE, largest_weight

# The engine as it is on an older processor: what it may use can be narrowed, but only before it starts.
OLD = {"ONEDNN_MAX_CPU_ISA": "AVX512_CORE"}
FLAGS = frozenset(machine()["flags"])
pytestmark = pytest.mark.skipif("avx2" not in FLAGS, reason="a processor of another family adds bytes in 32 bits")
PROGRAM = """
import json
import numpy as np
from ki67.engine import precision
from ki67.engine.graphs import Network, folded
from ki67.engine.model import load_model
from ki67.engine.saturation import FULL, largest_weight
from ki67.weights import NETWORK, fields

model, pixels = load_model(NETWORK), np.divide(fields().images[:1], np.float32(255), dtype=np.float32)

def maps(network):
    return network.running(*pixels.shape)(pixels).ravel()

def alike(top):
    whole = precision.in_int8(model.graph(), model.architecture.whole, model.shipped.reach, top)
    return float(np.corrcoef(maps(whole), maps(Network(folded(model.graph()))))[0, 1])

print(json.dumps({"largest": largest_weight(), "chosen": alike(largest_weight()), "full": alike(FULL)}))
"""


@cache
def found_on_an_old_processor() -> dict[str, float]:
    done = subprocess.run([sys.executable, "-c", PROGRAM], env=os.environ | OLD, capture_output=True, text=True, timeout=120)
    if "object is not initialized" in done.stderr:
        pytest.skip("this engine cannot be narrowed on this processor")
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_two_of_the_largest_products_fit_where_they_must() -> None:
    assert 2 * 255 * SAFE < 2**15 <= 2 * 255 * (SAFE + 1)


def test_a_processor_that_cuts_sums_off_is_told_from_one_that_does_not() -> None:
    assert found_on_an_old_processor()["largest"] == SAFE
    whole = {"avx_vnni", "avx512_vnni"} & FLAGS and not OLD.keys() & os.environ.keys()
    assert largest_weight() == (FULL if whole else SAFE)


def test_cells_are_not_lost_where_sums_are_cut_off() -> None:
    found = found_on_an_old_processor()
    assert found["chosen"] > 0.99
    assert found["full"] < 0.9
