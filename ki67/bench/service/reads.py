"""How soon what is asked for is read where the tables are full."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from random import Random

from ki67.app.settings import AppSettings
from ki67.app.store.database import Database
from ki67.bench.service.asking import Client, done
from ki67.bench.service.figures import Figure, at_most, quantile
from ki67.bench.service.many import A_CASE, Filled, filled
from ki67.bench.service.running import running

GOAL_MS = 25
Drawn = Callable[[Random, Filled], str]
ROUTES: Mapping[str, tuple[str, Drawn]] = {
    "cases": ("list of cases", lambda chance, all_of: f"/v1/cases?after={chance.choice(all_of.cases)}"),
    "case": ("a case", lambda chance, all_of: f"/v1/cases/{chance.choice(all_of.cases)}"),
    "pictures": ("a case's pictures", lambda chance, all_of: f"/v1/cases/{chance.choice(all_of.cases)}/pictures"),
    "blind": ("the same, read blind", lambda chance, all_of: f"/v1/cases/{chance.choice(all_of.blind)}/pictures"),
    "picture": ("a picture", lambda chance, all_of: f"/v1/pictures/{chance.choice(all_of.pictures)}"),
    "result": ("a picture's result", lambda chance, all_of: f"/v1/pictures/{chance.choice(all_of.pictures)}/result"),
    "case_result": ("a case's result", lambda chance, all_of: f"/v1/cases/{chance.choice(all_of.cases)}/result"),
    "reviews": ("a picture's reviews", lambda chance, all_of: f"/v1/pictures/{chance.choice(all_of.pictures)}/reviews"),
    "comments": ("a case's comments", lambda chance, all_of: f"/v1/cases/{chance.choice(all_of.cases)}/comments"),
    "inbox": ("inbox", lambda chance, all_of: "/v1/assignments"),
}


def read(folder: Path, database: str, cases: int, reads: int) -> Iterator[Figure]:
    """Of each route so many reads one after the other, each of something else, on one connection."""
    with running(folder, database) as service:
        with closing(Database(AppSettings(folder, database).url, 1)) as tables:
            everything = filled(tables, cases)
        rows = f"{cases * A_CASE:,} pictures"
        with service.client() as client:
            for key, (what, drawn) in ROUTES.items():
                chance = Random(1)
                took = [timed(client, drawn(chance, everything)) for _ in range(reads)]
                yield Figure(f"{key}_ms", f"{what} among {rows}, 99 of 100", quantile(took, 0.99), "ms", at_most(GOAL_MS))


def timed(client: Client, path: str) -> float:
    """Milliseconds until the answer is there to its end."""
    begin = time.perf_counter()
    done(client.ask("GET", path))
    return 1000 * (time.perf_counter() - begin)
