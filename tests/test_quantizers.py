"""Whatever the quantiser: at most k values, each used; by name, for all layers together or each on its own."""

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from some_weights import gaussian, laplacian

from ki67.base.errors import InputError
from ki67.compression.rate_distortion import CONSTRAINED, constrained, published, rate_distortion, usual_settings
from ki67.container.codebook import Floats
from ki67.container.shared import SharedWeights
from ki67.figures.rate_distortion import TITLES, rate_distortion_curves
from ki67.quantize.cws import cws
from ki67.quantize.ecsq import ecsq_constrained
from ki67.quantize.quantizers import QUANTIZERS, Quantizer, check, quantizer, share_by_layer, share_globally
from ki67.quantize.uq import uq

METHODS: dict[str, Quantizer] = {**QUANTIZERS, CONSTRAINED: partial(ecsq_constrained, trade_off=1e-5)}
every_method = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS.keys())

Share = Callable[[Mapping[str, Floats], Quantizer, int, str], SharedWeights]

numbers = st.floats(-1e6, 1e6, width=32)
few_values = st.sampled_from([np.float32(v) for v in (-3.5, -1e-3, -0.0, 0.0, 0.1, 2.0, 1e4)])
some_weights = st.one_of(
    arrays(np.float32, array_shapes(max_dims=4, max_side=6), elements=numbers),
    arrays(np.float32, st.integers(1, 200), elements=few_values),
)


@every_method
@settings(max_examples=60, deadline=None)
@given(weights=some_weights, k=st.integers(2, 40))
@example(weights=np.full((3, 2), 0.1, np.float32), k=4)
@example(weights=np.float32([7]), k=1)
@example(weights=np.float32([[[0, 10, 1, 9, 5]]]), k=3)
def test_what_comes_out_is_a_codebook_and_a_place_in_it_for_every_weight(method: Quantizer, weights: Floats, k: int) -> None:
    given, one, again = weights.copy(), method(weights, k), method(weights, k)
    assert 1 <= len(one.codebook) <= k
    assert one.codebook.dtype == np.float32 and np.isfinite(one.codebook).all() and (np.diff(one.codebook) > 0).all()
    assert one.indices.shape == weights.shape and one.indices.dtype == np.uint8
    assert np.array_equal(np.unique(one.indices), np.arange(len(one.codebook)))
    assert np.array_equal(one.codebook, again.codebook) and np.array_equal(one.indices, again.indices)
    assert np.array_equal(weights, given)


@every_method
def test_more_than_256_values_take_two_bytes(method: Quantizer) -> None:
    assert method(gaussian(), 256).indices.dtype == np.uint8
    large = method(gaussian(), 4096)
    assert (large.indices.dtype == np.uint16) == (len(large.codebook) > 256)


@pytest.mark.parametrize("method", [cws, uq])
@settings(max_examples=60, deadline=None)
@given(weights=some_weights)
def test_as_many_values_as_there_are_lose_nothing(method: Quantizer, weights: Floats) -> None:
    distinct = len(np.unique(weights))
    assert np.array_equal(method(weights, distinct).values, weights)
    assert distinct == 1 or not np.array_equal(method(weights, distinct - 1).values, weights)


def kernels() -> dict[str, Floats]:
    return {
        "a/kernel": gaussian(300).reshape(3, 10, 10),
        "b/kernel": 9 * gaussian(5, 7),
        "c/kernel": laplacian(40).reshape(4, 10),
    }


@every_method
def test_one_codebook_for_all_or_one_each(method: Quantizer) -> None:
    together, apart = (share(kernels(), method, 16, "net") for share in (share_globally, share_by_layer))
    assert [len(together.codebooks), len(apart.codebooks)] == [1, 3]
    for shared in (together, apart):
        assert [kernel.name for kernel in shared.kernels] == list(kernels())
        assert [kernel.indices.shape for kernel in shared.kernels] == [kernel.shape for kernel in kernels().values()]
    joined = np.concatenate([kernel.ravel() for kernel in kernels().values()])
    values = np.concatenate([together.values(kernel).ravel() for kernel in together.kernels])
    assert np.array_equal(values, method(joined, 16).values)
    assert np.array_equal(apart.values(apart.kernels[2]), method(kernels()["c/kernel"], 16).values)


def test_a_small_layer_gets_as_many_values_as_it_has_weights() -> None:
    shared = share_by_layer(kernels(), cws, 100, "net")
    assert [len(codebook) for codebook in shared.codebooks] == [100, 5, 40]
    assert np.array_equal(shared.values(shared.kernels[1]), kernels()["b/kernel"])


def test_a_codebook_each_loses_less() -> None:
    lost = {
        share: sum(np.sum((shared.values(kernel) - kernels()[kernel.name]) ** 2) for kernel in shared.kernels)
        for share in (share_globally, share_by_layer)
        for shared in [share(kernels(), cws, 16, "net")]
    }
    assert lost[share_by_layer] < 0.7 * lost[share_globally]


@pytest.mark.parametrize("share", [share_globally, share_by_layer])
@pytest.mark.parametrize(
    ("k", "said"),
    [
        (1, "net: k = 1 leaves nothing to choose from; give 2 or more"),
        (346, "net: k = 346 is more than the 345 weights to share; give a smaller k"),
    ],
)
def test_a_wrong_k_is_refused(share: Share, k: int, said: str) -> None:
    with pytest.raises(InputError) as refused:
        share(kernels(), cws, k, "net")
    assert str(refused.value) == said


def test_more_values_than_two_bytes_can_tell_apart_are_refused() -> None:
    many = {"a": np.zeros(70_000, np.float32)}
    check(many, 65_536, "net")
    with pytest.raises(InputError, match="net: k = 65537 is more than the 65536 values that two bytes can tell apart"):
        check(many, 65_537, "net")


def test_weights_that_are_no_numbers_are_refused_by_name() -> None:
    damaged = kernels() | {"c/kernel": np.float32([1, np.nan, np.inf])}
    with pytest.raises(InputError, match=r"^net: c/kernel has 2 weights that are NaN or infinite; "):
        share_globally(damaged, cws, 16, "net")


def test_quantisers_go_by_name_and_a_slip_is_mended() -> None:
    assert quantizer("uq") is uq
    with pytest.raises(InputError, match=r"^quantizer 'esq': unknown; did you mean 'ecsq'\?$"):
        quantizer("esq")
    with pytest.raises(InputError, match=r"there are cws, pws, uq, ecsq$"):
        quantizer("int8")


@pytest.fixture(scope="module")
def as_many_as_pathonet() -> Floats:
    return laplacian(3_220_296)


@pytest.mark.parametrize("name", [*QUANTIZERS, CONSTRAINED])
def test_of_three_million_weights_few_values_are_lost(as_many_as_pathonet: Floats, name: str) -> None:
    method = partial(ecsq_constrained, trade_off=1e-9) if name == CONSTRAINED else METHODS[name]
    assert len(method(as_many_as_pathonet, 4096).codebook) > 3500


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return rate_distortion(gaussian(), [*published([4, 16, 64]), *constrained(64, [0.01, 0.05, 0.1])])


def test_the_table_has_a_row_a_setting_and_bits_buy_quality(table: pd.DataFrame) -> None:
    assert table.groupby("method", sort=False).size().to_dict() == {**dict.fromkeys(QUANTIZERS, 3), CONSTRAINED: 3}
    for _, rows in table.groupby("method"):
        ordered = rows.sort_values("bits")
        assert (np.diff(ordered["distortion"]) < 0).all() and (ordered["bits"] <= np.log2(ordered["values"]) + 1e-9).all()
    of_16 = table[table["k"] == 16].set_index("method")["distortion"]
    assert of_16["cws"] <= 1.001 * of_16["ecsq"] < of_16["uq"] < of_16["pws"]
    assert table["snr_db"].to_numpy() == pytest.approx(10 * np.log10(np.var(gaussian()) / table["distortion"]), abs=1e-3)


def test_the_usual_settings_reach_from_few_bits_to_many() -> None:
    shown = rate_distortion(gaussian(), usual_settings(gaussian()))
    reach = shown.groupby("method")["bits"].agg(["min", "max"])
    assert (reach["min"] < 2.5).all() and (reach["max"] > 5).all()


def test_the_figure_has_a_line_a_method(table: pd.DataFrame) -> None:
    axes = rate_distortion_curves(table).axes[0]
    assert [line.get_label() for line in axes.lines] == [TITLES[method] for method in (*QUANTIZERS, CONSTRAINED)]
    assert all(len(line.get_xdata()) == 3 for line in axes.lines)
