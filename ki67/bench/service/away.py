"""Ways in which what a service needs is away for a while, each as a block that lasts as long."""

import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from ki67.base.errors import InputError
from ki67.bench.postgres import Postgres
from ki67.bench.service.running import children, held_still

BLOCK = 1 << 16


@contextmanager
def stopped(server: Postgres) -> Iterator[None]:
    """A PostgreSQL that is shut down, and started again."""
    server.stop()
    try:
        yield
    finally:
        server.start()


@contextmanager
def silent(server: Postgres) -> Iterator[None]:
    """A PostgreSQL that takes what it is asked and answers nothing, as behind a broken network."""
    assert server.process
    postmaster = server.process.pid
    with held_still([postmaster]), held_still(children(postmaster)):
        yield


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """An SQLite file that another process writes to."""
    with closing(sqlite3.connect(file, timeout=60, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


@contextmanager
def filled(folder: Path) -> Iterator[None]:
    """A disk without a free byte."""
    filler = folder / "filler"
    try:
        with filler.open("wb", buffering=0) as file:
            for size in (BLOCK, 1):
                fill(file.fileno(), size)
        yield
    finally:
        filler.unlink()


def fill(descriptor: int, size: int) -> None:
    """Write blocks of a size until no more goes in."""
    try:
        while os.write(descriptor, bytes(size)) == size:
            pass
    except OSError:
        return


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[None]:
    """A disk of its own at a folder, in memory; only the system's administrator may make one."""
    folder.mkdir(parents=True, exist_ok=True)
    command: list[str | Path] = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", folder]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise InputError(f"{folder}: no small disk can be mounted here ({done.stderr.strip()}); run it as root")
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)
