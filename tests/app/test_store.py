"""Rows, files and the log: kept as a whole or not at all, the same in both databases."""

import threading
from contextlib import closing
from datetime import UTC
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, select, text, update

from ki67.app.problems import Problem
from ki67.app.service import Service
from ki67.app.settings import AppSettings
from ki67.app.store.database import SILENT_S, Database
from ki67.app.store.log import append, broken
from ki67.app.store.rows import Account, Base, LogEntry
from ki67.app.store.schema import NONE, migrate
from ki67.base.errors import InputError
from ki67.bench.postgres import Postgres


def entries(service: Service) -> list[LogEntry]:
    with service.database.reading() as session:
        return list(session.scalars(select(LogEntry).order_by(LogEntry.number)))


def test_the_migrations_make_the_tables_that_the_classes_describe(service: Service) -> None:
    with service.database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_every_migration_can_be_taken_back_and_done_again(service: Service) -> None:
    migrate(service.database, NONE)
    assert set(inspect(service.database.engine).get_table_names()) <= {"alembic_version"}
    migrate(service.database)
    assert set(Base.metadata.tables) <= set(inspect(service.database.engine).get_table_names())


def test_a_database_of_a_newer_version_is_refused(service: Service) -> None:
    with service.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(InputError, match="newer ki67"):
        migrate(service.database)


def test_what_fails_in_the_middle_leaves_nothing(service: Service) -> None:
    with pytest.raises(ZeroDivisionError), service.database.writing() as session:
        session.add(Account(login="ada", name="Ada"))
        session.flush()
        raise ZeroDivisionError
    with service.database.reading() as session:
        assert session.scalar(select(Account)) is None


def test_times_come_back_in_utc(service: Service) -> None:
    with service.database.writing() as session:
        session.add(Account(login="ada", name="Ada"))
    with service.database.reading() as session:
        assert session.scalars(select(Account)).one().created_at.tzinfo == UTC


def test_many_writers_at_once_all_get_their_turn(service: Service) -> None:
    def write(number: int) -> None:
        with service.database.writing() as session:
            append(session, None, "test.deed", str(number))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert broken(entries(service)) is None
    assert sorted(int(entry.subject) for entry in entries(service)) == list(range(20))


@pytest.mark.parametrize("change", [{"subject": "other"}, {"detail": {"n": 2}}, {"account_id": "someone"}])
def test_a_changed_line_of_the_log_is_found(service: Service, change: dict[str, object]) -> None:
    with service.database.writing() as session:
        for number in range(3):
            append(session, None, "test.deed", str(number), n=1)
    assert broken(entries(service)) is None
    with service.database.writing() as session:
        session.execute(update(LogEntry).where(LogEntry.number == 2).values(**change))
    assert broken(entries(service)) == 2


def test_a_line_taken_out_of_the_log_is_found(service: Service) -> None:
    with service.database.writing() as session:
        for number in range(3):
            append(session, None, "test.deed", str(number))
    assert broken([entries(service)[0], entries(service)[2]]) == 2


def test_a_file_is_named_by_its_content_and_kept_once(service: Service) -> None:
    first, second = (service.files.keep_bytes("ada", b"pixels") for _ in range(2))
    assert first == second
    assert service.files.path("ada", first).read_bytes() == b"pixels"
    assert not service.files.path("bob", first).exists()
    assert list(service.files.incoming.iterdir()) == []
    service.files.forget("ada", first)
    assert not service.files.path("ada", first).exists()


def test_a_database_that_is_away_is_told_as_something_to_wait_for(settings: AppSettings) -> None:
    away = Database("postgresql+psycopg://nobody@/none?host=/nowhere")
    with pytest.raises(Problem) as told, away.reading():
        pass
    assert (told.value.status, told.value.retry_after) == (503, 2)


def test_a_postgresql_that_is_silent_is_told_as_one_that_is_away(postgres_server: Postgres) -> None:
    with closing(Database(postgres_server.url(), silent_s=0.2)) as database:
        with pytest.raises(Problem) as told, database.reading() as session:
            session.execute(text("SELECT pg_sleep(30)"))
        assert (told.value.status, told.value.retry_after) == (503, 2)
        with database.reading() as session:
            assert session.scalar(text("SELECT 1")) == 1


def silent_s(database: Database) -> float | None:
    """How long a connection waits for a PostgreSQL that is silent."""
    with database.engine.connect() as connection:
        waits: float | None = connection.connection.driver_connection.silent_s  # type: ignore[union-attr]
        return waits


def test_a_step_of_the_tables_may_take_longer_than_a_request(
    postgres_server: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited = list[float | None]()
    monkeypatch.setattr("ki67.app.service.migrate", lambda database: waited.append(silent_s(database)))
    with closing(Service.opened(AppSettings(tmp_path, postgres_server.url()))) as service:
        assert (waited, silent_s(service.database)) == ([None], SILENT_S)
