"""What each quantiser pays in bits and in error for the same weights, as a table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ki67.container.codebook import Floats
from ki67.quantize.ecsq import trade_off_of, typical, with_step
from ki67.quantize.quantizers import QUANTIZERS, Quantizer

CONSTRAINED = "ecsq, λ > 0"


@dataclass(frozen=True)
class Setting:
    """One point of a curve: a method, the values it may use, and λ where it has one."""

    method: str
    quantizer: Quantizer
    k: int
    trade_off: float = 0.0


def published(ks: Sequence[int]) -> list[Setting]:
    """The four methods as published, over the number of values."""
    return [Setting(name, method, k) for name, method in QUANTIZERS.items() for k in ks]


def constrained(k: int, steps: Sequence[float]) -> list[Setting]:
    """ECSQ that pays for entropy, k values at most, over λ: each the one that suits a uniform step."""
    return [Setting(CONSTRAINED, with_step(step), k, trade_off_of(step)) for step in steps]


def usual_settings(weights: Floats) -> list[Setting]:
    """What the figure shows: from 4 to 4096 values, and steps from 1/64 to 8 times the median size of a weight."""
    usual = typical([weights])
    return published([4**power for power in range(1, 7)]) + constrained(4096, [usual * 2**power for power in range(-6, 4)])


def rate_distortion(weights: Floats, settings: Iterable[Setting]) -> pd.DataFrame:
    """A row for each setting: values left, bits a weight by the entropy of the indices, and the mean squared error, also in
    decibels under the variance of the weights."""
    variance = float(np.var(weights, dtype=np.float64))
    rows = []
    for setting in settings:
        quantized = setting.quantizer(weights, setting.k)
        error = quantized.distortion(weights)
        snr = 10 * np.log10(variance / error) if error else np.inf
        rows.append(
            {
                "method": setting.method, "k": setting.k, "trade_off": setting.trade_off, "values": len(quantized.codebook),
                "bits": quantized.entropy, "distortion": error, "snr_db": snr,
            }
        )  # fmt: skip
    return pd.DataFrame(rows)
