"""`ki67 app-check`: every part on every database that it depends on; what cannot be measured here is told, not left out."""

import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from ki67.base.errors import InputError, one_line
from ki67.bench.machine import machine
from ki67.bench.postgres import Postgres, postgres, programs
from ki67.bench.service.asking import AWAY
from ki67.bench.service.parts import PARTS, Extent, Place
from ki67.bench.service.rows import Row, keep

MEASURED = Path("measurements/app.json")
SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"
NO_SERVER = "PostgreSQL's server is not installed (Debian: apt-get install postgresql)"
BROKE = (RuntimeError, *AWAY)  # a service that answers what it must not, or nothing


def check(only: Collection[str], extent: Extent) -> Iterator[Row]:
    """The parts that are asked for, row by row, SQLite first."""
    asked = [name for name in PARTS if name in only]
    for part in asked:
        yield from rows_of(part, extent, None)
    both = [part for part in asked if PARTS[part].of_both]
    if programs() is None:
        yield from (Row(part, POSTGRESQL, None, NO_SERVER) for part in both)
    elif both:
        with postgres() as server:
            for part in both:
                yield from rows_of(part, extent, server)


def rows_of(part: str, extent: Extent, server: Postgres | None) -> Iterator[Row]:
    """One part; where it cannot go on, the others still do."""
    name = POSTGRESQL if server else SQLITE
    with place(server) as where:
        try:
            for figure in PARTS[part].asked(where, extent):
                yield Row(part, name, figure)
        except InputError as error:
            yield Row(part, name, None, str(error))
        except BROKE as error:
            yield Row(part, name, None, one_line(f"broke off: {error}"), broke=True)


NUMBERS = count(1)


@contextmanager
def place(server: Postgres | None) -> Iterator[Place]:
    """A folder of its own, and a database of its own."""
    with tempfile.TemporaryDirectory(prefix="ki67-check-") as folder:
        yield Place(Path(folder) / "service", server.make(f"check_{next(NUMBERS)}") if server else "", server)


def bench(only: Sequence[str], extent: Extent, whole: bool) -> Iterator[str]:
    """Say each figure once it is there; a whole run is kept."""
    if unknown := sorted(set(only) - PARTS.keys()):
        raise InputError(f"--only {unknown[0]}: no such part; there are {', '.join(PARTS)}")
    setting, rows = machine(), list[Row]()
    for row in check(only or PARTS, extent):
        rows.append(row)
        yield row.line()
    if whole and not only:
        keep(rows, setting, MEASURED)
        yield f"{MEASURED}: written"
