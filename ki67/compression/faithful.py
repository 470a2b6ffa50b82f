"""A trained network in ever more bits, from the smallest file on, without learning anew: whoever ships it stops at enough.

Each file's steps are half as large as those of the one before. Kernels share their values as ECSQ with λ parts them; all else is
kept at half precision. The last of them hardly differs from the network.
"""

from collections.abc import Iterator
from pathlib import Path

from ki67.compression.files import architecture_of
from ki67.compression.keras_models import kernels
from ki67.compression.small import shipped_vectors
from ki67.container.codebook import MOST
from ki67.container.container import Compressed
from ki67.engine.model import COMPRESSED
from ki67.models.store import load_keras
from ki67.models.training import scale_output
from ki67.quantize.ecsq import typical, with_step
from ki67.quantize.quantizers import share_globally

STEPS = tuple(2.0**-halvings for halvings in range(1, 9))  # of a uniform quantiser that λ suits, in median weights


def ever_finer(folder: Path) -> Iterator[Compressed]:
    """The tuned network in a folder as containers hold it, in the units that it was trained in: there one codebook serves all."""
    network, description = load_keras(folder)
    scale_output(network, [1 / unit for unit in description.recipe.unit])
    weights, whole = kernels(network), shipped_vectors(network)
    for step in STEPS:
        shared = share_globally(weights, with_step(step * typical(weights.values())), MOST, str(folder)).tidied()
        described = description.model_dump(mode="json") | {COMPRESSED: {"step": step}}
        yield Compressed(shared, whole, architecture_of(network), described)
