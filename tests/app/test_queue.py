"""Jobs are held by one process at a time, and by nobody for ever."""

from datetime import timedelta

from sqlalchemy import select

from ki67.app.scoring import queue
from ki67.app.service import Service
from ki67.app.store.rows import Account, Case, Job, Picture
from ki67.app.store.rows.base import now

SOON = queue.LEASE + timedelta(seconds=1)


def waiting(service: Service, count: int) -> None:
    """So many pictures of one case wait to be scored."""
    with service.database.writing() as session:
        account = Account(login="ada", name="Ada")
        session.add(account)
        session.flush()
        case = Case(owner_id=account.id, name="a case")
        session.add(case)
        session.flush()
        for number in range(1, count + 1):
            digest = f"{number:064x}"
            row = Picture(
                case_id=case.id, number=number, kind="field", sent_digest=digest, digest=digest, format="JPEG", bytes=1,
                width=256, height=256, um_per_px=0.65, state="waiting",
            )  # fmt: skip
            session.add(row)
            session.flush()
            session.add(Job(picture_id=row.id))
            session.flush()


def claimed(service: Service, worker: str, most: int = 8, later: timedelta = timedelta()) -> list[int]:
    """The pictures that a process gets, by their numbers."""
    with service.database.writing() as session:
        return [int(task.digest, 16) for task in queue.claim(session, worker, "field", most, now() + later)]


def test_the_oldest_are_taken_first_and_none_by_two(service: Service) -> None:
    waiting(service, 5)
    assert (claimed(service, "one", 2), claimed(service, "two", 2), claimed(service, "one")) == ([1, 2], [3, 4], [5])
    assert claimed(service, "two") == []


def test_two_that_ask_at_the_same_moment_get_different_ones(service: Service) -> None:
    if service.database.is_sqlite:
        return  # where a writer is alone anyway
    waiting(service, 2)
    with service.database.writing() as first, service.database.writing() as second:
        found = [queue.claim(session, name, "field", 1, now())[0].digest for session, name in ((first, "one"), (second, "two"))]
    assert len(set(found)) == 2


def test_what_is_held_too_long_is_free_again_unless_its_lease_is_renewed(service: Service) -> None:
    waiting(service, 2)
    assert claimed(service, "one") == [1, 2]
    with service.database.writing() as session:
        queue.renew(session, "one", session.scalars(select(Job.id).order_by(Job.id).limit(1)).all(), now() + SOON)
    assert claimed(service, "two", later=SOON) == [2]


def test_a_dead_process_lets_go_at_once_and_what_it_held_is_then_taken_one_by_one_and_last(service: Service) -> None:
    waiting(service, 3)
    assert claimed(service, "one", 2) == [1, 2]
    with service.database.writing() as session:
        queue.free(session, "one", died=True)
    assert [claimed(service, "two") for _ in range(4)] == [[3], [1], [2], []]


def test_a_new_service_frees_everything_without_holding_it_against_the_pictures(service: Service) -> None:
    waiting(service, 2)
    claimed(service, "one")
    with service.database.writing() as session:
        queue.free(session)
    assert claimed(service, "two") == [1, 2]


def test_who_lost_a_job_cannot_finish_it(service: Service) -> None:
    waiting(service, 1)
    claimed(service, "one")
    claimed(service, "two", later=SOON)
    with service.database.writing() as session:
        job = session.scalars(select(Job.id)).one()
        assert not queue.finish(session, "one", job)
        assert queue.finish(session, "two", job)
        assert session.scalar(select(Job.id)) is None


def test_what_was_put_off_comes_again_a_little_later(service: Service) -> None:
    waiting(service, 1)
    claimed(service, "one")
    with service.database.writing() as session:
        queue.put_off(session, "one", session.scalars(select(Job.id)).one(), now())
        assert not queue.waits(session, "field", now()) and queue.waits(session, "field", now() + queue.LATER * 2)
    assert claimed(service, "two", later=queue.LATER * 2) == [1]
