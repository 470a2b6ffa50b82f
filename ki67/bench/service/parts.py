"""The parts of `ki67 app-check`, each a question to a service of its own; and how much is asked of each."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ki67.bench.postgres import Postgres
from ki67.bench.service.bombs import bombed
from ki67.bench.service.crowd import crowded
from ki67.bench.service.figures import Figure, at_most
from ki67.bench.service.kept import Kept
from ki67.bench.service.killing import killed_again_and_again, scorer_killed
from ki67.bench.service.load import loaded
from ki67.bench.service.memory import remembered
from ki67.bench.service.outages import Outage, database_gone, database_silent, full_disk
from ki67.bench.service.reads import read
from ki67.bench.service.running import running
from ki67.bench.service.starting import started


@dataclass(frozen=True)
class Extent:
    """How much is asked."""

    kills: int = 20
    away_s: float = 10
    rounds: int = 3
    fields: int = 120
    open_s: float = 60
    cases: int = 1_000
    reads: int = 500
    requests: int = 1_500
    whole: int = 300
    small: int = 10_000
    starts: int = 5


WHOLE = Extent()
SHORT = Extent(kills=2, away_s=2, rounds=1, fields=12, open_s=5, cases=12, reads=20, requests=200, whole=12, small=100, starts=1)


@dataclass(frozen=True)
class Place:
    """An empty folder, and a database for it: SQLite in the folder, or one of a PostgreSQL that can be stopped."""

    folder: Path
    database: str = ""
    server: Postgres | None = None


@dataclass(frozen=True)
class Part:
    """A question, and whether the answer depends on the database."""

    asked: Callable[[Place, Extent], Iterator[Figure]]
    of_both: bool = False


def killing(place: Place, extent: Extent) -> Iterator[Figure]:
    """The server, then the process that scores."""
    with running(place.folder, place.database) as service:
        yield from kept("server", f"{extent.kills} kills of the server", killed_again_and_again(service, extent.kills))
        what, found = f"{extent.kills} kills in mid-scoring", scorer_killed(service, extent.kills).kept
        yield uncut("scorer", what, found)
        yield from kept("scorer", what, found)


def gone(place: Place, extent: Extent) -> Iterator[Figure]:
    """The database is away for a while."""
    what = "PostgreSQL stopped" if place.server else "SQLite held by another"
    with running(place.folder, place.database) as service:
        outage = database_gone(service, place.server, extent.away_s)
        yield from lived_through("gone", f"{what} for {extent.away_s:g} s", outage)
        if place.server:
            outage = database_silent(service, place.server, extent.away_s)
            yield from lived_through("silent", f"PostgreSQL silent for {extent.away_s:g} s", outage)


def full(place: Place, extent: Extent) -> Iterator[Figure]:
    """The disk is full for a while."""
    outage = full_disk(place.folder, place.database, extent.away_s)
    yield from lived_through("full", f"disk full for {extent.away_s:g} s", outage)


def lived_through(key: str, what: str, outage: Outage) -> Iterator[Figure]:
    """What clients saw, and what was kept."""
    told = outage.sent.told + outage.read.told
    yield Figure(f"{key}_told", f"{what}: requests told when to come again", told, "")
    slowest = max(outage.sent.slowest_s, outage.read.slowest_s)
    yield Figure(f"{key}_slowest_s", f"{what}: slowest answer", slowest, "s")
    yield Figure(f"{key}_back_s", f"{what}: until a picture was taken again", outage.back_s, "s")
    yield uncut(key, what, outage.kept)
    yield from kept(key, what, outage.kept)


def uncut(key: str, what: str, found: Kept) -> Figure:
    """No client may lose its connection: the server lives, and answers."""
    return Figure(f"{key}_cut", f"{what}: connections lost", found.cut, "", at_most(0))


def kept(key: str, what: str, found: Kept) -> Iterator[Figure]:
    """How many pictures were acknowledged, and with how many of them something is wrong."""
    yield Figure(f"{key}_acknowledged", f"{what}: pictures acknowledged", found.acknowledged, "")
    wrong = found.lost + found.not_scored + found.twice + found.faults
    yield Figure(f"{key}_wrong", f"{what}: lost, not scored, twice or at fault", wrong, "", at_most(0))


PARTS: Mapping[str, Part] = {
    "start": Part(lambda place, extent: started(place.folder, place.database, extent.starts)),
    "load": Part(lambda place, extent: loaded(place.folder, place.database, extent.rounds, extent.fields, extent.open_s)),
    "reads": Part(lambda place, extent: read(place.folder, place.database, extent.cases, extent.reads), of_both=True),
    "bombs": Part(lambda place, extent: bombed(place.folder, place.database)),
    "crowd": Part(lambda place, extent: crowded(place.folder, place.database, extent.requests), of_both=True),
    "memory": Part(lambda place, extent: remembered(place.folder, place.database, extent.whole, extent.small)),
    "kill": Part(killing, of_both=True),
    "gone": Part(gone, of_both=True),
    "full": Part(full, of_both=True),
}
