"""What browsers are given that is made here, once: in processes of their own, so that no service loads the engine for it.

They hand over what they made; who asked for it writes it, and is told where that does not go.
"""

import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path

from filelock import FileLock

import ki67
from ki67.base.files import write_bytes
from ki67.weights import NETWORK

CHECKOUT = Path("build/client")  # where a checkout keeps them; a service does beside its data
HOUSE = Path(ki67.__file__).parent
ROOMS = ("app/browser", "cells", "container", "engine", "pictures", "score", "simulate")  # that have a part in these files
MAKERS: Mapping[str, str] = {"network.bin": "ki67.app.browser.network_file", "example.jpg": "ki67.app.browser.example"}


def made(name: str, folder: Path) -> Path:
    """A file, from the folder where what it is made of has not changed; one of another version is not kept beside it."""
    path = folder / f"{made_of(NETWORK)[:16]}-{name}"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / f"{name}.lock"):  # of several processes that need it at once the first makes it
            if not path.is_file():
                make(name, path)
    return path


def make(name: str, path: Path) -> None:
    """The file, in place of any of another version."""
    write_bytes(path, subprocess.run([sys.executable, "-m", MAKERS[name]], check=True, stdout=subprocess.PIPE).stdout)
    for other in set(path.parent.glob(f"*-{name}")) - {path}:
        other.unlink(missing_ok=True)


@cache
def made_of(network: Path) -> str:
    """A hash of a network and of all code that has a part; neither changes while a process lives."""
    found = sha256(network.read_bytes())
    for path in sorted(path for room in ROOMS for path in (HOUSE / room).rglob("*.py")):
        found.update(path.read_bytes())
    return found.hexdigest()
