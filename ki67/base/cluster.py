"""Many independent trials, handed to Dask: in this process by default, on any cluster by its scheduler's address."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from distributed import Client, LocalCluster, as_completed
from tqdm import tqdm

from ki67.base.errors import InputError

Item = TypeVar("Item")
Result = TypeVar("Result")

PATIENCE = 10  # seconds until a scheduler must answer
RETRIES = 5  # of a trial whose worker died under it


@contextmanager
def client(address: str) -> Iterator[Client]:
    """One worker with one thread in this process, or the cluster at an address."""
    try:
        opened = Client(address, timeout=PATIENCE) if address else Client(
            processes=False, n_workers=1, threads_per_worker=1, dashboard_address=None
        )  # fmt: skip
    except (OSError, ValueError) as error:
        raise InputError(f"cluster.address = {address!r}: no Dask scheduler answers; start one or leave it empty") from error
    with opened:
        yield opened


@contextmanager
def workers(count: int) -> Iterator[str]:
    """The address of a cluster on this machine: so many processes of one thread each, ended with it."""
    with LocalCluster(n_workers=count, threads_per_worker=1, dashboard_address=None) as cluster:
        yield cluster.scheduler_address


def run_all(function: Callable[[Item], Result], items: Sequence[Item], address: str, says: str) -> Iterator[tuple[Item, Result]]:
    """Every item with its result, in the order in which they are done; a trial lost with its worker is done again."""
    with client(address) as dask, tqdm(total=len(items), desc=says, unit="trial") as bar:
        waiting = {dask.submit(function, item, pure=False, retries=RETRIES): item for item in items}
        for future, result in as_completed(list(waiting), with_results=True):
            bar.update()
            yield waiting[future], result
