"""The coder: what goes in comes out, near the entropy, by tables of whole numbers that anyone can compute."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_reader import Stack, message

from ki67.container.adaptive import TOTAL, Message, Symbols, shares
from ki67.container.coding import bits, decode, encode, fits

SEED = 0
seeded = settings(derandomize=True, deadline=None, max_examples=40)


def bell(size: int, alphabet: int, spread: float | np.ndarray, seed: int = SEED) -> Symbols:
    values = np.random.default_rng(seed).normal(alphabet / 2, spread, size)
    return np.clip(values, 0, alphabet - 1).astype(np.uint8 if alphabet <= 256 else np.uint16)


def entropy(symbols: Symbols) -> float:
    share = np.bincount(symbols) / symbols.size
    share = share[share > 0]
    return float(-(share * np.log2(share)).sum())


@st.composite
def messages(draw: st.DrawFn) -> list[tuple[Message, Symbols]]:
    found, alphabets = [], draw(st.lists(st.integers(1, 600), min_size=1, max_size=3))
    for _ in range(draw(st.integers(0, 5))):
        family = draw(st.integers(0, len(alphabets) - 1))
        size, alphabet, columns = draw(st.integers(1, 900)), alphabets[family], draw(st.integers(1, 40))
        one = Message(size, alphabet, family, columns, draw(st.integers(1, 8)), draw(st.integers(0, alphabet - 1)))
        found.append((one, bell(size, alphabet, draw(st.floats(0, 300)), draw(st.integers(0, 9)))))
    return found


@seeded
@given(messages())
def test_what_goes_in_comes_out(parts: list[tuple[Message, Symbols]]) -> None:
    told, symbols = [one for one, _ in parts], [coded for _, coded in parts]
    for before, after in zip(symbols, decode(told, encode(told, symbols)), strict=True):
        assert before.dtype == after.dtype and np.array_equal(before, after)


@seeded
@given(messages())
def test_a_plain_reader_finds_the_same(parts: list[tuple[Message, Symbols]]) -> None:
    parts = parts[:2]
    stack = Stack(encode([one for one, _ in parts], [coded for _, coded in parts]).tolist())
    families = {one.family: [0] * one.alphabet for one, _ in parts}
    for one, coded in parts:
        assert message(stack, one.size, families[one.family], one.columns, one.contexts, one.centre) == coded.tolist()


@seeded
@given(st.lists(st.lists(st.integers(1, 2**38), min_size=5, max_size=5), min_size=1, max_size=4))
def test_frequencies_add_up_and_none_is_zero(weights: list[list[int]]) -> None:
    frequencies = shares(np.array(weights), TOTAL)
    assert (frequencies.sum(1) == TOTAL).all() and (frequencies >= 1).all()


def test_the_longest_message_does_not_overflow() -> None:
    heaviest = np.array([[(2**28 << 9) + 2**18 - 65535, *[1] * 65535]])
    frequencies = shares(heaviest, TOTAL)
    assert frequencies.sum() == TOTAL and frequencies.min() == 1


@pytest.mark.parametrize(("alphabet", "spread", "overhead"), [(16, 2.0, 0.002), (64, 9.0, 0.004), (256, 40.0, 0.01)])
def test_close_to_the_entropy_tables_included(alphabet: int, spread: float, overhead: float) -> None:
    symbols = bell(100_000, alphabet, spread)
    coded = 32 * len(encode([Message(symbols.size, alphabet, 0)], [symbols])) / symbols.size
    assert entropy(symbols) < coded < entropy(symbols) * (1 + overhead)


def test_a_second_message_of_a_family_costs_less_than_the_first() -> None:
    first, second = bell(5000, 256, 20.0, 0), bell(200, 256, 20.0, 1)
    told = Message(5000, 256, 0), Message(200, 256, 0)
    alone = len(encode(told[:1], [first]))
    related = len(encode(told, [first, second])) - alone
    strange = len(encode((told[0], replace(told[1], family=1)), [first, second])) - alone
    assert related < 0.9 * strange


def test_contexts_pay_where_columns_differ_and_hardly_cost_where_not() -> None:
    rows, columns, alphabet = 400, 64, 64
    one = Message(rows * columns, alphabet, 0, columns, 1, alphabet // 2)
    unlike = bell(one.size, alphabet, np.tile(np.geomspace(1, 16, columns), rows))
    alike = bell(one.size, alphabet, 8.0)
    ratio = {name: bits(replace(one, contexts=8), s) / bits(one, s) for name, s in (("unlike", unlike), ("alike", alike))}
    assert ratio["unlike"] < 0.93 and 1 < ratio["alike"] < 1.01


def test_estimated_bits_are_those_of_the_stream() -> None:
    symbols = bell(20_000, 64, 9.0)
    one = Message(symbols.size, 64, 0, 20, 4, 32)
    assert bits(one, symbols) == pytest.approx(32 * len(encode([one], [symbols])), abs=64)


def test_one_symbol_over_and_over_is_padded_until_its_number_fits() -> None:
    one = Message(1_000_000, 4, 0)
    symbols = np.zeros(one.size, np.uint8)
    words = encode([one], [symbols])
    assert bits(one, symbols) < 2000
    assert fits([one], len(words)) and not fits([one], len(words) - 16)
    assert np.array_equal(decode([one], words)[0], symbols)


def test_an_alphabet_of_one_costs_nothing() -> None:
    assert len(encode([Message(10_000_000, 1, 0)], [np.zeros(10_000_000, np.uint8)])) == 0


@pytest.mark.parametrize("damage", ["short", "long", "zero at the end", "bit"])
def test_a_damaged_stream_is_an_error(damage: str) -> None:
    one, symbols = Message(5000, 64, 0), bell(5000, 64, 9.0)
    words = encode([one], [symbols])
    changed = {
        "short": words[:-1],
        "long": np.concatenate([[7], words]).astype(np.uint32),
        "zero at the end": np.append(words, 0).astype(np.uint32),
        "bit": words ^ (np.arange(len(words)) == 50).astype(np.uint32),
    }[damage]
    with pytest.raises(ValueError, match="end"):
        decode([one], changed)


def test_the_words_stay_the_same_from_version_to_version() -> None:
    one = Message(200, 5, 0, 10, 3, 2)
    words = encode([one], [np.arange(200, dtype=np.uint8) ** 2 % 5])
    assert (len(words), int(words.sum(dtype=np.uint64))) == (15, 25157736104)
