"""How many uploads a second the service takes and scores, beside `ki67 score`; and how soon it answers at most of that load.

Server, scoring process and the clients that send share the cores of this machine.
"""

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from ki67.bench.service.asking import Client, done
from ki67.bench.service.clients import by_clients, deliver
from ki67.bench.service.figures import Figure, at_least, at_most, due_times, quantile
from ki67.bench.service.made import UM_PER_PX, WHOLE, picture
from ki67.bench.service.running import PROGRAM, Running, running

CLIENTS = 8  # that send as fast as they are answered
FEW = 2  # pictures, by which the start of `ki67 score` is told
CROWD = 64  # connections of the open loop: enough that one is always free
SHARE = 0.7  # of what the service can do
PATIENCE_S, LOOK_S = 300.0, 0.2


def loaded(folder: Path, database: str, rounds: int, fields: int, seconds: float) -> Iterator[Figure]:
    """In turns with `ki67 score`, on new fields in every round; then the open loop."""
    with running(folder / "service", database) as service:
        scored(service, written(folder / "first", range(FEW)))  # the network is ready
        numbers = [range(FEW + turn * fields, FEW + (turn + 1) * fields) for turn in range(rounds)]
        rates = [in_turn(service, folder / f"{turn}", each) for turn, each in enumerate(numbers)]
        ours, beside = (median(column) for column in zip(*rates, strict=True))
        yield Figure("uploads_per_s", "uploads taken and scored", ours, "/s")
        yield Figure("score_per_s", "the same fields by `ki67 score`", beside, "/s")
        share = median(mine / other for mine, other in rates)
        yield Figure("share", "uploads against `ki67 score`", share, "", at_least(0.8))
        due = due_times(SHARE * ours, seconds, seed=1)
        first = FEW + rounds * fields
        yield from answered(service, written(folder / "open", range(first, first + len(due))), due)


def written(folder: Path, numbers: range) -> list[Path]:
    """Whole fields as files."""
    folder.mkdir(parents=True)
    paths = [folder / f"{number:05}.jpg" for number in numbers]
    for number, path in zip(numbers, paths, strict=True):
        path.write_bytes(picture(number, WHOLE))
    return paths


def in_turn(service: Running, folder: Path, numbers: range) -> tuple[float, float]:
    """Pictures a second of the service, and then of `ki67 score`."""
    paths = written(folder, numbers)
    taken = scored(service, paths)
    few, many = by_command(folder, paths[:FEW]), by_command(folder, paths)
    return len(paths) / taken, (len(paths) - FEW) / (many - few)


def scored(service: Running, paths: Sequence[Path]) -> float:
    """Seconds from the first upload until the last one is scored."""
    with service.client() as client:
        case = client.new_case()
    begin = time.perf_counter()
    by_clients(service, CLIENTS, paths, lambda client, path: deliver(client, case, path.read_bytes()))
    until_scored(service, case, len(paths))
    return time.perf_counter() - begin


def until_scored(service: Running, case: str, pictures: int) -> None:
    """Wait for the last of a case."""
    end = time.monotonic() + PATIENCE_S
    with service.client() as client:
        while done(client.ask("GET", f"/v1/cases/{case}")).json()["n_scored"] < pictures:
            if time.monotonic() > end:
                raise TimeoutError(f"{pictures} pictures were not scored within {PATIENCE_S:.0f} s")
            time.sleep(LOOK_S)


def by_command(folder: Path, paths: Sequence[Path]) -> float:
    """Seconds of a `ki67 score` from its start to its end."""
    begin = time.perf_counter()
    arguments = ["score", *map(str, paths), "--out", str(folder / f"scored-{len(paths)}"), "--mpp", str(UM_PER_PX)]
    subprocess.run([sys.executable, "-c", PROGRAM, *arguments], check=True, capture_output=True)
    return time.perf_counter() - begin


def answered(service: Running, paths: Sequence[Path], due: Sequence[float]) -> Iterator[Figure]:
    """Requests at moments that were drawn before: each is timed from the moment at which it was due to the end of its answer."""
    with service.client() as client:
        case = client.new_case()
    begin = time.perf_counter() + 0.1

    def sent(client: Client, planned: tuple[float, Path]) -> float:
        moment, path = begin + planned[0], planned[1]
        content = path.read_bytes()
        time.sleep(max(moment - time.perf_counter(), 0))
        deliver(client, case, content)
        return time.perf_counter() - moment

    took = by_clients(service, CROWD, zip(due, paths, strict=True), sent)
    end = time.perf_counter()
    until_scored(service, case, len(due))
    load = f"at {SHARE:.0%} of that"
    yield Figure("asked_per_s", f"uploads due {load}", len(due) / due[-1], "/s")
    yield Figure("p50_ms", f"answer to an upload {load}, median", 1000 * quantile(took, 0.5), "ms", at_most(120))
    yield Figure("p99_ms", f"answer to an upload {load}, 99 of 100", 1000 * quantile(took, 0.99), "ms", at_most(300))
    yield Figure("behind_s", "until the last of them was scored", time.perf_counter() - end, "s")
