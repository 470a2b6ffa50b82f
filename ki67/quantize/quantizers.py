"""The four quantisers by name, what they cannot take, and a network's kernels through one of them."""

from collections.abc import Callable, Mapping

import numpy as np

from ki67.base.errors import InputError, nearest
from ki67.container.codebook import MOST, Floats, Quantized
from ki67.container.shared import SharedKernel, SharedWeights
from ki67.quantize.cws import cws
from ki67.quantize.ecsq import ecsq
from ki67.quantize.pws import pws
from ki67.quantize.uq import uq

Quantizer = Callable[[Floats, int], Quantized]
QUANTIZERS: dict[str, Quantizer] = {"cws": cws, "pws": pws, "uq": uq, "ecsq": ecsq}


def quantizer(name: str) -> Quantizer:
    """The quantiser of that name with its published settings; others are bound with `functools.partial`."""
    if name not in QUANTIZERS:
        raise InputError(f"quantizer {name!r}: unknown{nearest(name, QUANTIZERS)}")
    return QUANTIZERS[name]


def check(kernels: Mapping[str, Floats], k: int, source: str) -> None:
    """Stop before the work where it cannot be done: too few values, too many, or weights that are no numbers."""
    count = sum(kernel.size for kernel in kernels.values())
    if k < 2:
        raise InputError(f"{source}: k = {k} leaves nothing to choose from; give 2 or more")
    if k > min(count, MOST):
        what = "weights to share" if count < MOST else "values that two bytes can tell apart"
        raise InputError(f"{source}: k = {k} is more than the {min(count, MOST)} {what}; give a smaller k")
    for name, kernel in kernels.items():
        odd = kernel.size - int(np.count_nonzero(np.isfinite(kernel)))
        if odd:
            raise InputError(f"{source}: {name} has {odd} weights that are NaN or infinite; train or copy the model again")


def share_globally(kernels: Mapping[str, Floats], quantizer: Quantizer, k: int, source: str) -> SharedWeights:
    """One codebook over all kernels, as published."""
    check(kernels, k, source)
    shared = quantizer(np.concatenate([kernel.ravel() for kernel in kernels.values()]), k)
    ends = np.cumsum([kernel.size for kernel in kernels.values()])
    parts = np.split(shared.indices, ends[:-1])
    pairs = zip(kernels.items(), parts, strict=True)
    return SharedWeights((shared.codebook,), tuple(SharedKernel(name, part.reshape(w.shape), 0) for (name, w), part in pairs))


def share_by_layer(kernels: Mapping[str, Floats], quantizer: Quantizer, k: int, source: str) -> SharedWeights:
    """A codebook for each kernel, of as many values as it has weights where those are fewer than k."""
    check(kernels, k, source)
    shared = {name: quantizer(kernel, min(k, kernel.size)) for name, kernel in kernels.items()}
    places = tuple(SharedKernel(name, kernel.indices, place) for place, (name, kernel) in enumerate(shared.items()))
    return SharedWeights(tuple(kernel.codebook for kernel in shared.values()), places)
