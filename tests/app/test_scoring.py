"""Scored in a process of its own, as `ki67 score` does it, whatever happens to that process."""

import os
import signal
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import numpy as np
import pytest
from at_work import states, until, working
from made_pictures import opened_case, picture, sent
from planted import SignedIn
from sqlalchemy import func, select

from ki67.app.problems import Problem
from ki67.app.scoring import queue
from ki67.app.scoring.fields import FieldScorer
from ki67.app.scoring.keeper import Keeper
from ki67.app.scoring.queue import Task
from ki67.app.scoring.results import Counted
from ki67.app.service import Service
from ki67.app.store.cells import kept_cells
from ki67.app.store.rows import Account, Job, Picture, Result
from ki67.app.store.rows.base import now
from ki67.base.errors import Unreadable
from ki67.engine.model import load_model
from ki67.pictures.header import header
from ki67.score.scorer import CellScorer
from ki67.weights import NETWORK


@pytest.fixture(scope="module")
def scorer() -> Iterator[CellScorer]:
    with CellScorer(load_model(NETWORK), "float32", None, 1) as ready:
        yield ready


def test_a_picture_is_scored_by_a_process_as_ki67_score_does_it(
    signed_in: SignedIn, service: Service, scorer: CellScorer, tmp_path: Path
) -> None:
    ada, keeper = signed_in("ada"), Keeper(service.settings)
    case = opened_case(ada)
    for seed in (1, 2):
        assert sent(ada, case, picture(seed=seed)).status_code == 201
    with keeper.running(service.database):
        until(lambda: states(service) == ["scored", "scored"])
        [pid] = keeper.pids  # none is for slides before there is one
        os.kill(pid, signal.SIGKILL)
        sent(ada, case, picture(seed=3))
        until(lambda: len(keeper.pids) == 1 and keeper.pids != [pid])
        keeper.ring()
        until(lambda: states(service) == ["scored"] * 3)
    assert keeper.pids == []
    (tmp_path / "field.jpg").write_bytes(picture(seed=1))
    alone = scorer.score("field", header(tmp_path / "field.jpg"))
    with service.database.reading() as session:
        owner = session.scalars(select(Account.id)).one()
        row = session.scalars(select(Result).join(Picture).where(Picture.number == 1)).one()
        assert session.scalar(select(func.count()).select_from(Job)) == 0
    counts = alone.result.scores.n_positive, alone.result.scores.n_negative, alone.result.scores.n_til
    assert (row.n_positive, row.n_negative, row.n_til, row.network) == (*counts, scorer.model.digest)
    assert row.warnings == list(alone.result.warnings)
    cells = kept_cells(service.files, owner, row.cells)
    assert np.array_equal(cells.xy, alone.cells.xy) and np.array_equal(cells.label, alone.cells.label)


def test_a_picture_that_cannot_be_scored_says_why_and_the_others_go_on(signed_in: SignedIn, service: Service) -> None:
    ada = signed_in("ada")
    case = opened_case(ada)
    for seed in (1, 2):
        sent(ada, case, picture(seed=seed))
    scorer = FieldScorer(service.files, 1)

    def score(task: Task) -> Counted:
        if task.digest == first:
            raise Unreadable(f"{service.files.path(task.account_id, task.digest)}: damaged at row 3; export it again")
        return scorer(task)

    with service.database.reading() as session:
        first = session.scalars(select(Picture.digest).where(Picture.number == 1)).one()
    with working(service, score):
        until(lambda: states(service) == ["failed", "scored"])
    with service.database.reading() as session:
        assert session.scalars(select(Picture.why)).first() == "picture: damaged at row 3; export it again"


def test_a_full_disk_puts_a_picture_off_and_fails_none(signed_in: SignedIn, service: Service) -> None:
    tried = list[Task]()

    def score(task: Task) -> Counted:
        tried.append(task)
        raise Problem(HTTPStatus.INSUFFICIENT_STORAGE, "the disk is full", 60)

    ada = signed_in("ada")
    sent(ada, opened_case(ada), picture())
    with working(service, score):
        until(lambda: len(tried) == 2)
    assert states(service) == ["waiting"]
    with service.database.reading() as session:
        assert session.scalars(select(Job.attempts)).one() == 0


def test_a_result_whose_cells_were_deleted_with_another_case_is_found_again(signed_in: SignedIn, service: Service) -> None:
    scorer, swept = FieldScorer(service.files, 1), list[Task]()

    def score(task: Task) -> Counted:
        outcome = scorer(task)
        if not swept:
            swept.append(task)
            service.files.forget(task.account_id, outcome.cells)
        return outcome

    ada = signed_in("ada")
    sent(ada, opened_case(ada), picture())
    with working(service, score):
        until(lambda: states(service) == ["scored"])
    with service.database.reading() as session:
        result = session.scalars(select(Result)).one()
    assert len(kept_cells(service.files, swept[0].account_id, result.cells)) > 0


def test_a_picture_that_ends_every_process_is_given_up(signed_in: SignedIn, service: Service) -> None:
    def score(task: Task) -> Counted:
        raise AssertionError("is not tried again")

    ada = signed_in("ada")
    sent(ada, opened_case(ada), picture())
    for _ in range(queue.MOST_DEATHS):
        with service.database.writing() as session:
            queue.claim(session, "dying", "field", 1, now())
            queue.free(session, "dying", died=True)
    with working(service, score):
        until(lambda: states(service) == ["failed"])
