"""The network's file for browsers, made once from what ships, in a process of its own: no service loads the engine for it."""

import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import ki67
from ki67.weights import NETWORK

HOUSE = Path(ki67.__file__).parent
ROOMS = ("app/browser", "cells", "container", "engine", "pictures", "score")  # whose numbers and deeds are in the file
MAKER = "ki67.app.browser.network_file"


def made_network(folder: Path) -> Path:
    """The file, from the folder where what it is made of has not changed."""
    path = folder / f"network-{made_of()[:16]}.gz"
    if not path.is_file():
        subprocess.run([sys.executable, "-m", MAKER, str(path)], check=True)
    return path


def made_of() -> str:
    """A hash of the network and of all code that has a part in its file."""
    found = sha256(NETWORK.read_bytes())
    for path in sorted(path for room in ROOMS for path in (HOUSE / room).rglob("*.py")):
        found.update(path.read_bytes())
    return found.hexdigest()
