"""`ki67 app-check` in short: what is acknowledged outlives kills and outages, and what would be lost is seen."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from made_pictures import opened_case, picture, sent
from people import ORIGIN, signed_in_browser

from ki67.app.service import Service
from ki67.app.settings import AppSettings
from ki67.app.store.database import Database
from ki67.app.store.log import append
from ki67.app.store.rows import Picture, Result
from ki67.base.errors import InputError
from ki67.bench.postgres import Postgres
from ki67.bench.service.away import filled, small_disk
from ki67.bench.service.kept import Kept, looked_over
from ki67.bench.service.killing import killed_again_and_again, scorer_killed
from ki67.bench.service.outages import Outage, database_gone
from ki67.bench.service.running import Running, running
from ki67.bench.service.sending import sending, until_acknowledged

ON_SQLITE = pytest.mark.parametrize("server", ["sqlite"], indirect=True)  # where both do the same


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest) -> Postgres | None:
    """None is SQLite in the data folder."""
    found: Postgres | None = request.getfixturevalue("postgres_server") if request.param == "postgresql" else None
    return found


@pytest.fixture(scope="module")
def alive(server: Postgres | None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A service as a person starts it, in processes of its own."""
    with running(tmp_path_factory.mktemp("service"), server.make("ki67_check") if server else "") as service:
        yield service


def assert_everything_went_on(outage: Outage) -> None:
    assert outage.kept.whole and outage.kept.cut == 0
    assert outage.kept.acknowledged > outage.sent.good


def test_nothing_acknowledged_is_lost_where_the_server_is_killed(alive: Running) -> None:
    kept = killed_again_and_again(alive, kills=2)
    assert kept.whole, kept
    assert kept.cut > 0 and kept.acknowledged >= 8


@ON_SQLITE
def test_what_a_killed_process_had_in_hand_is_scored_once_by_the_next(alive: Running) -> None:
    killed = scorer_killed(alive, kills=1)
    assert killed.kept.whole and killed.kept.cut == 0, killed
    assert killed.held > 0


def test_while_the_database_is_gone_clients_are_told_when_to_come_again(alive: Running, server: Postgres | None) -> None:
    outage = database_gone(alive, server, seconds=1)
    assert_everything_went_on(outage)
    if server:
        assert outage.sent.told > 0 and outage.read.told > 0
    else:  # a writer waits for another, and nobody who reads waits for either
        assert outage.read.told == 0 < outage.read.good


def test_while_the_disk_is_full_clients_read_and_are_told_when_to_send_again(tmp_path: Path) -> None:
    folder = tmp_path / "service"
    try:
        with small_disk(folder, megabytes=16), closing(Service.opened(AppSettings(folder, public=ORIGIN))) as service:
            ada = signed_in_browser(service, "ada")
            case = opened_case(ada)
            with filled(folder):
                answers = [sent(ada, case, picture()), ada.post("/v1/cases", json={"name": "B"})]
                assert [answer.status_code for answer in answers] == [507, 507]
                assert all(int(answer.headers["retry-after"]) > 0 for answer in answers)
                assert ada.get(case).json()["n_pictures"] == 0
            assert sent(ada, case, picture()).status_code == 201
    except InputError as error:
        pytest.skip(str(error))


@ON_SQLITE
def test_what_is_lost_and_what_is_done_twice_is_seen(alive: Running) -> None:
    with sending(alive) as senders:
        until_acknowledged(senders, 1)
    before = looked_over(alive, senders)
    assert before.whole
    lost, again, damaged = (sender.acknowledged[0] for sender in senders[:3])
    settings = AppSettings(alive.data, alive.database)
    with closing(Database(settings.url, 1)) as database, database.writing() as session:
        session.delete(session.get_one(Picture, lost))
        append(session, None, "picture.scored", again)
        (cells,) = settings.files.rglob(session.get_one(Result, damaged).cells)
        cells.unlink()
    after = Kept(before.cut, before.acknowledged, lost=1, not_scored=0, twice=1, faults=1)
    assert looked_over(alive, senders) == after and not after.whole
