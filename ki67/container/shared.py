"""A network whose kernels share their weights: a few codebooks, and each kernel as places in one of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ki67.container.codebook import Floats, Indices, Quantized, tidy


@dataclass(frozen=True)
class SharedKernel:
    """One layer's kernel: its name (`layer/kernel`), its places in the shape of the kernel, and the codebook they are in."""

    name: str
    indices: Indices
    codebook: int


@dataclass(frozen=True)
class SharedWeights:
    """All compressed kernels of a network; one codebook for all of them, or one each."""

    codebooks: tuple[Floats, ...]
    kernels: tuple[SharedKernel, ...]

    def values(self, kernel: SharedKernel) -> Floats:
        """A kernel in full, made when it is asked for and not kept."""
        return self.codebooks[kernel.codebook][kernel.indices]

    @property
    def weights(self) -> int:
        """How many weights are shared."""
        return sum(kernel.indices.size for kernel in self.kernels)

    @property
    def entropy(self) -> float:
        """Bits an index over all kernels, each kernel coded by its own shares."""
        return sum(Quantized(self.codebooks[k.codebook], k.indices).entropy * k.indices.size for k in self.kernels) / self.weights

    def in_order(self, names: Sequence[str]) -> "SharedWeights":
        """The same kernels in the order of their names here."""
        by_name = {kernel.name: kernel for kernel in self.kernels}
        return SharedWeights(self.codebooks, tuple(by_name[name] for name in names))

    def tidied(self) -> "SharedWeights":
        """The same kernels with every codebook ascending, each value once and used: retraining leaves no order."""
        codebooks, kernels = list[Floats](), list[SharedKernel]()
        for number, codebook in enumerate(self.codebooks):
            sharers = [kernel for kernel in self.kernels if kernel.codebook == number]
            together = tidy(codebook, np.concatenate([kernel.indices.ravel() for kernel in sharers]))
            parts = np.split(together.indices, np.cumsum([kernel.indices.size for kernel in sharers])[:-1])
            codebooks.append(together.codebook)
            kernels += [replace(k, indices=part.reshape(k.indices.shape)) for k, part in zip(sharers, parts, strict=True)]
        return SharedWeights(tuple(codebooks), tuple(kernels)).in_order([kernel.name for kernel in self.kernels])
