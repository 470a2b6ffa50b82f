"""Agreement of readers and the network: first blind opinions on shared pictures, and no others."""

import math

import pytest
from planted import SignedIn, handed, opened, planted, reviewed, some_cells

from ki67.app.opinions.agreement import Reading, agreement
from ki67.app.opinions.seen import Sight
from ki67.app.service import Service
from ki67.cells.agreement import bland_altman, icc, linear_kappa

LEFT, RIGHT = [0.05, 0.15, 0.25, 0.40, 0.60, 0.12], [0.08, 0.12, 0.18, 0.45, 0.50, 0.31]


def read(reader: str | None, indices: list[float], pictures_of_case: int = 2) -> list[Reading]:
    return [Reading(f"case {i // pictures_of_case}", Sight(f"{i}"), reader, index) for i, index in enumerate(indices)]


def test_the_figures_are_those_of_the_study_and_kappa_has_an_interval() -> None:
    [pair] = agreement([*read("ada", LEFT), *read(None, RIGHT)])
    assert (pair.first, pair.second, pair.n_pictures, pair.n_cases) == (None, "ada", 6, 3)
    assert pair.icc == icc(list(zip(RIGHT, LEFT, strict=True)))
    assert pair.difference == bland_altman(RIGHT, LEFT)
    for kappa in pair.kappas:
        categories = [kappa.cuts.categories(side) for side in (RIGHT, LEFT)]
        assert kappa.estimate.value == pytest.approx(linear_kappa(*categories, 3))
        assert kappa.estimate.low <= kappa.estimate.value <= kappa.estimate.high
    assert {kappa.cuts.name for kappa in pair.kappas} == {"10/20 %", "16/30 %"}


def test_one_case_gives_no_interval_of_kappa() -> None:
    [pair] = agreement([*read("ada", LEFT, 6), *read(None, RIGHT, 6)])
    assert pair.n_cases == 1 and all(math.isnan(kappa.estimate.low) for kappa in pair.kappas)


def test_two_who_share_fewer_than_two_pictures_are_no_pair() -> None:
    assert agreement([*read("ada", LEFT[:1]), *read("bob", RIGHT)]) == []


def test_only_first_blind_opinions_count(signed_in: SignedIn, service: Service) -> None:
    ada, bob, carl = signed_in("ada"), signed_in("bob"), signed_in("carl")
    case_id = opened(ada)
    pictures = [planted(service, case_id, some_cells(n, 10 - n)) for n in (1, 3, 6)]
    handed(ada, case_id, "bob")
    handed(ada, case_id, "carl", blind=False)
    for picture in pictures:
        reviewed(bob, picture, 1, 9)
        bob.get(f"/v1/pictures/{picture}/reviews")
        reviewed(bob, picture, 6, 4)  # supersedes, and counts no more
        carl.get(f"/v1/pictures/{picture}/reviews")
        reviewed(carl, picture, 6, 4)  # after he saw Bob's
    [pair] = ada.get("/v1/agreement").json()
    assert (pair["first"], pair["second"]["login"], pair["n_pictures"], pair["n_cases"]) == (None, "bob", 3, 1)
    assert pair["difference"]["bias"]["value"] == pytest.approx((0.1 + 0.3 + 0.6) / 3 - 0.1)
    assert pair["kappas"][0]["kappa"]["low"] is None
    assert bob.get("/v1/agreement").json() == []


def test_who_saw_how_readers_agree_has_seen_their_answers(signed_in: SignedIn, service: Service) -> None:
    ada, bob = signed_in("ada"), signed_in("bob")
    case_id = opened(ada)
    pictures = [planted(service, case_id, some_cells(n, 10 - n)) for n in (1, 3)]
    handed(ada, case_id, "bob")
    for picture in pictures:
        reviewed(bob, picture, 1, 9)
    assert len(ada.get("/v1/agreement").json()) == 1
    reviewed(ada, pictures[0], 1, 9)
    found = ada.get(f"/v1/pictures/{pictures[0]}/reviews").json()
    assert {review["by"]["login"]: review["blind"] for review in found} == {"ada": False, "bob": True}
