"""A process that scores what waits, until its pipe is closed: `python -m ki67.app.scoring.worker field`, or `slide`."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from sqlalchemy.orm import Session

from ki67.app.arenas import share_arenas
from ki67.app.problems import Problem
from ki67.app.scoring import queue
from ki67.app.scoring.order import Order
from ki67.app.scoring.queue import Task
from ki67.app.scoring.results import Failed, Hindered, Outcome, write
from ki67.app.store.database import Database
from ki67.app.store.deletion import hold_accounts
from ki67.app.store.files import Files
from ki67.app.store.rows.base import now
from ki67.app.store.rows.cases import PictureKind
from ki67.base.errors import one_line
from ki67.base.hardware import CORES
from ki67.pictures.batch import why_not
from ki67.pictures.inputs import Picture

MOST = 8  # fields that are held at once
PATIENCE = 1.0  # seconds until it looks for work unasked
KINDNESS: Mapping[PictureKind, int] = {"field": 5, "slide": 15}  # of the system's scheduler: who waits for an answer goes first
UNNAMED = Picture(Path("picture"), "")  # in what is said of a failure
Score = Callable[[Task], Outcome]


@dataclass(frozen=True)
class Work:
    """What a process scores, how many at once, and how many it holds: several small results make one transaction."""

    kind: PictureKind
    score: Score
    threads: int
    most: int


class Worker:
    """Holds some jobs, scores as many at once as there are threads, and writes what is done together."""

    def __init__(self, name: str, database: Database, files: Files, work: Work) -> None:
        self.name, self.database, self.files, self.work = name, database, files, work
        self.wake, self.ended = threading.Event(), False
        self._held: dict[Future[Outcome], Task] = {}
        self._pool = ThreadPoolExecutor(work.threads)
        self._renewed = now()

    def run(self) -> None:
        """Until somebody says that it is over; what is held then is free again."""
        while not self.ended:
            with suppress(Problem):  # the database is away, or the disk is full: what is done stays in hand
                self.turn()
            self.wake.wait(PATIENCE)
            self.wake.clear()
        self._pool.shutdown(wait=False, cancel_futures=True)
        with suppress(Problem), self.database.writing() as session:
            queue.free(session, self.name)

    def turn(self) -> None:
        """Write what is done and take what is next, where there is room; one transaction for both."""
        done = [future for future in self._held if future.done()]
        running = len(self._held) - len(done)
        late = now() - self._renewed > queue.LEASE / 3
        busy = running > min(self.work.threads, self.work.most - 1)
        if (busy and not late) or not (done or late or self._work_waits()):
            return
        with self.database.writing() as session:
            hold_accounts(session, (self._held[future].account_id for future in done))
            for future in done:
                self._settle(session, self._held[future], future.result())
            queue.renew(session, self.name, [task.job_id for task in self._held.values()], now())
            taken = queue.claim(session, self.name, self.work.kind, self.work.most - running, now())
        self._renewed = now()
        for future in done:
            del self._held[future]
        for task in taken:
            future = self._pool.submit(self._outcome, task)
            self._held[future] = task
            future.add_done_callback(lambda _: self.wake.set())

    def end(self) -> None:
        """Nothing more is taken."""
        self.ended = True
        self.wake.set()

    def _work_waits(self) -> bool:
        with self.database.reading() as session:
            return queue.waits(session, self.work.kind, now())

    def _settle(self, session: Session, task: Task, outcome: Outcome) -> None:
        if isinstance(outcome, Hindered) or self._is_swept_away(task, outcome):
            queue.put_off(session, self.name, task.job_id, now())
        elif queue.finish(session, self.name, task.job_id):
            write(session, task, outcome)

    def _is_swept_away(self, task: Task, outcome: Outcome) -> bool:
        """What it found went with a case that held the same, and was deleted meanwhile."""
        contents = () if isinstance(outcome, Failed | Hindered) else outcome.contents
        return not all(self.files.path(task.account_id, digest).exists() for digest in contents)

    def _outcome(self, task: Task) -> Outcome:
        if task.deaths >= queue.MOST_DEATHS:
            return Failed(f"picture: ended the scoring process {task.deaths} times; this is a fault of ki67: please report it")
        try:
            return self.work.score(task)
        except Problem:
            return Hindered()
        except Exception as error:
            return Failed(one_line(f"picture:{why_not(UNNAMED, error).partition(':')[2]}"))


def listen(pipe: FileIO, worker: Worker) -> None:
    """A byte says that there is work; the end of the pipe, that the service is gone."""
    while pipe.read(1 << 16):
        worker.wake.set()
    worker.end()


def work(kind: PictureKind, files: Files, cluster: str) -> Work:
    """Of a kind; what scores the other is not loaded."""
    if kind == "slide":
        from ki67.app.scoring.slides import WAITING, SlideOutliner

        at_once = WAITING if cluster else 1
        return Work("slide", SlideOutliner(files, cluster), at_once, at_once)
    from ki67.app.scoring.fields import FieldScorer

    return Work("field", FieldScorer(files, CORES), CORES, MOST)


def main() -> None:
    """Started by the keeper, and ended by it, even where it is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the service, which then closes the pipe
    share_arenas()
    pipe = FileIO(sys.stdin.fileno(), closefd=False)  # unbuffered: a bell is heard when it rings
    order = Order.from_line(pipe.readline())
    kind: PictureKind = "slide" if "slide" in sys.argv[1:] else "field"
    os.nice(KINDNESS[kind])
    database, files = Database(order.url, connections=2), Files(*order.folders)
    worker = Worker(order.worker, database, files, work(kind, files, order.cluster))
    threading.Thread(target=listen, args=(pipe, worker), daemon=True).start()
    worker.run()
    os._exit(0)  # a slide that is under way would keep its thread for minutes


if __name__ == "__main__":
    main()
