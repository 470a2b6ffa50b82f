"""Fuzzing: no damaged container does harm; and the fuzzer would notice if one did."""

import math
import time
from collections.abc import Callable

import numpy as np
import pytest

from ki67.base.errors import InputError
from ki67.bench import fuzz
from ki67.bench.fuzz import mutant
from ki67.bench.mutations import MUTATIONS
from ki67.container import container
from ki67.container.container import Compressed, read_bytes


def test_ten_thousand_damaged_containers_do_no_harm() -> None:
    report = fuzz.fuzz(10_000)
    assert report.failures == []
    figures = report.figures()
    assert figures["refused"] + figures["read"] + figures["unchanged"] == figures["mutations"] == 10_000
    assert figures["recomputed"] == 5000
    assert figures["container_bytes"] <= 20_000 and figures["unchanged"] < 100
    assert figures["read"] > 300
    assert all(kind["refused"] > 200 for kind in figures["kinds"].values())
    assert 0 < report.slowest_s < 1 and 0 < report.peak_bytes < fuzz.CAP


def test_half_of_the_checksums_fit() -> None:
    files = [mutant(7, number) for number in range(400)]
    assert sum(fits for _, _, fits in files) == 200
    assert {kind for kind, _, _ in files} == {mutation.__name__ for mutation in MUTATIONS}
    refusals = [refusal(data) for kind, data, fits in files if fits and kind in {"number_changed", "codebook_changed"}]
    assert len(refusals) > 15 and not any("checksum" in said for said in refusals)


def refusal(data: bytes) -> str:
    try:
        read_bytes(data, "file", fuzz.CAP)
    except InputError as error:
        return str(error)
    return ""


def test_a_mutant_is_known_by_its_number() -> None:
    assert mutant(1, 5) == mutant(1, 5)
    assert len({mutant(1, number)[1] for number in range(200)}) > 150
    assert mutant(1, 5)[1] != mutant(2, 5)[1]


def test_two_processes_find_what_one_does() -> None:
    one, two = fuzz.fuzz(1200, seed=3), fuzz.fuzz(1200, seed=3, processes=2)
    assert one.figures() == two.figures()


def nothing(*_: object) -> None:
    """A check that is not made."""


@pytest.mark.parametrize(
    ("check", "found"), [("check_seal", "stale checksum read"), ("_check_finite", "read as something else than declared")]
)
def test_a_check_left_out_is_found(check: str, found: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container, check, nothing)
    report = fuzz.fuzz(1000)
    assert found in {end for _, end in report.failures}
    assert report.figures()["failures"] == len(report.failures)


def raising(error: BaseException) -> None:
    raise error


class PanicException(BaseException):
    """As a Rust library raises it."""


class TwoLines(InputError):
    """A line that forgot that it is one."""

    def __str__(self) -> str:
        return "two\nlines"


def slowly() -> None:
    start = time.process_time()
    while time.process_time() - start < 0.02:
        pass


@pytest.mark.parametrize(
    ("harm", "found"),
    [
        (lambda: raising(IndexError("7")), "crashed: IndexError('7')"),
        (lambda: raising(PanicException("7")), "crashed: PanicException('7')"),
        (lambda: raising(TwoLines("")), "not one line: two\nlines"),
        (slowly, "hung"),
        (lambda: np.ones(10_000_000), "over the cap"),
    ],
)
def test_harm_is_found(harm: Callable[[], object], found: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def harmful(data: bytes, source: str, cap: int) -> Compressed:
        harm()
        return read_bytes(data, source, cap)

    monkeypatch.setattr(fuzz, "read_bytes", harmful)
    monkeypatch.setattr(fuzz, "LONGEST", 0.02 if found == "hung" else math.inf)
    failures = fuzz.fuzz(5).failures
    assert failures and all(end.startswith(found) for _, end in failures)
    assert failures[0][0] == 0
