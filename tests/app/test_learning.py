"""A student's cells judged one by one: hits, wrong classes, misses and false alarms with their places."""

from collections import Counter

import numpy as np
import pytest
from planted import SignedIn, handed, marks, opened, planted, reviewed, some_cells

from ki67.app.opinions.judged import RADIUS_UM, counts, judge
from ki67.app.service import Service
from ki67.cells.cells import NEGATIVE, POSITIVE, Cells

R = 6.0


def cells(*points: tuple[float, float, int]) -> Cells:
    return Cells.of_points([point[:2] for point in points], [point[2] for point in points], "image")


def test_each_kind_of_mistake_is_told_with_its_place() -> None:
    expert = cells((10, 10, POSITIVE), (50, 10, POSITIVE), (90, 10, NEGATIVE))
    student = cells((12, 10, POSITIVE), (50, 12, NEGATIVE), (150, 150, NEGATIVE))
    found = {verdict.outcome: (verdict.x, verdict.y, verdict.said, verdict.meant) for verdict in judge(expert, student, R)}
    assert found == {
        "hit": (12, 10, "positive", "positive"),
        "other_class": (50, 12, "negative", "positive"),
        "miss": (90, 10, None, "negative"),
        "false_alarm": (150, 150, "negative", None),
    }


def test_one_cell_of_the_expert_is_hit_once() -> None:
    outcomes = Counter(v.outcome for v in judge(cells((10, 10, POSITIVE)), cells((9, 10, POSITIVE), (11, 10, POSITIVE)), R))
    assert outcomes == {"hit": 1, "false_alarm": 1}


def test_as_near_as_the_radius_is_not_near_enough() -> None:
    assert [v.outcome for v in judge(cells((0, 0, POSITIVE)), cells((6, 0, POSITIVE)), R)] == ["miss", "false_alarm"]
    assert [v.outcome for v in judge(cells((0, 0, POSITIVE)), cells((5.9, 0, POSITIVE)), R)] == ["hit"]


@pytest.mark.parametrize("seed", range(5))
def test_the_places_add_up_to_the_counts_of_the_study(seed: int) -> None:
    rng = np.random.default_rng(seed)
    expert, student = (Cells.of_points(rng.uniform(0, 60, (30, 2)), rng.integers(1, 4, 30), "image") for _ in range(2))
    verdicts = judge(expert, student, R)
    for name, found in counts(expert, student, R).items():
        assert found.tp == sum(v.outcome == "hit" and v.said == name for v in verdicts)
        assert found.fn == sum(v.outcome != "hit" and v.meant == name for v in verdicts)
        assert found.fp == sum(v.outcome != "hit" and v.said == name for v in verdicts)


def test_nothing_against_nothing_is_no_mistake() -> None:
    assert judge(Cells.empty("image"), Cells.empty("image"), R) == []


def test_a_student_is_judged_by_the_network_and_by_an_expert(signed_in: SignedIn, service: Service) -> None:
    teacher, student = signed_in("teacher"), signed_in("student")
    case_id = opened(teacher)
    picture = planted(service, case_id, some_cells(3, 2))
    handed(teacher, case_id, "student")
    address = f"/v1/pictures/{picture}/reviews"
    expert = teacher.post(address, json={"kind": "cells", "cells": marks(some_cells(2, 3))}).json()["id"]
    own = student.post(address, json={"kind": "cells", "cells": marks(some_cells(3, 1))}).json()["id"]
    by_network = student.get(f"/v1/reviews/{own}/against-network").json()
    assert by_network["radius_px"] == pytest.approx(RADIUS_UM / 0.648)
    assert Counter(cell["outcome"] for cell in by_network["cells"]) == {"hit": 4, "miss": 1}
    til = next(one for one in by_network["classes"] if one["label"] == "til")
    assert (til["hits"], til["precision"], til["f1"]) == (0, None, None)
    by_expert = student.get(f"/v1/reviews/{own}/against/{expert}").json()
    assert Counter(cell["outcome"] for cell in by_expert["cells"]) == {"hit": 3, "other_class": 1, "miss": 1}


def test_what_cannot_be_judged_is_refused_in_a_line(signed_in: SignedIn, service: Service) -> None:
    ada = signed_in("ada")
    case_id = opened(ada)
    scored, other = planted(service, case_id, some_cells(1, 1)), planted(service, case_id, None)
    count = reviewed(ada, scored, 1, 1)
    drawn = ada.post(f"/v1/pictures/{other}/reviews", json={"kind": "cells", "cells": []}).json()["id"]
    same = ada.post(f"/v1/pictures/{scored}/reviews", json={"kind": "cells", "cells": []}).json()["id"]
    assert ada.get(f"/v1/reviews/{count}/against-network").status_code == 409  # a count marks no cells
    assert ada.get(f"/v1/reviews/{drawn}/against-network").status_code == 404  # not scored
    assert ada.get(f"/v1/reviews/{same}/against/{drawn}").status_code == 409  # of different pictures
