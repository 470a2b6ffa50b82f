"""Nothing acknowledged is lost: the server, or the process that scores, is killed again and again under clients that send."""

import random
import time
from contextlib import closing
from dataclasses import dataclass

from sqlalchemy import func, select

from ki67.app.settings import AppSettings
from ki67.app.store.database import Database
from ki67.app.store.rows import Job
from ki67.bench.service.kept import Kept, looked_over
from ki67.bench.service.running import Running, held_still, kill_one, scores_fields
from ki67.bench.service.sending import PATIENCE_S, sending, until_acknowledged

SOME = 4  # pictures that are acknowledged after a start, before the next moment is drawn
MOMENT_S = 1.0


@dataclass(frozen=True)
class ScorerKilled:
    """What came of killing the process that scores."""

    kills: int
    held: int  # pictures that it had in hand
    kept: Kept


def killed_again_and_again(service: Running, kills: int, seed: int = 1) -> Kept:
    """Kill the server at random moments; then look for all that it had acknowledged."""
    moments = random.Random(seed)
    with sending(service) as senders:
        for _ in range(kills):
            until_acknowledged(senders, SOME)
            time.sleep(moments.uniform(0, MOMENT_S))
            service.kill()
            service.start()
    return looked_over(service, senders)


def scorer_killed(service: Running, kills: int) -> ScorerKilled:
    """Kill the process that scores, each time while it has pictures in hand; the service starts the next."""
    settings, held = AppSettings(service.data, service.database), 0
    with closing(Database(settings.url, 1)) as database, sending(service) as senders:
        for _ in range(kills):
            until_acknowledged(senders, SOME)
            held += killed_in_mid_scoring(service, database)
    return ScorerKilled(kills, held, looked_over(service, senders))


def killed_in_mid_scoring(service: Running, database: Database) -> int:
    """Wait until it has pictures in hand, hold it still, and kill it where it still has them; how many."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        for worker in filter(scores_fields, service.workers if in_hand(database) else ()):
            with held_still([worker]):
                if held := in_hand(database):
                    kill_one(worker)
                    return held
        time.sleep(0.005)
    raise TimeoutError(f"no picture was being scored within {PATIENCE_S:.0f} s")


def in_hand(database: Database) -> int:
    """Pictures that are being scored."""
    with database.reading() as session:
        return session.scalar(select(func.count()).where(Job.leased_by.is_not(None))) or 0
