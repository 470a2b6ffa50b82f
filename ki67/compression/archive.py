"""A `.keras` file looked into before Keras opens it: a zip of a description and of weights, which may not fill the memory."""

import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ki67.base.errors import InputError

MOST = 1 << 31  # bytes that a network may take
FREE, TIMES = 1 << 26, 20  # bytes that any file may hold unpacked, and times its own size beyond: Keras does not even deflate


@dataclass(frozen=True)
class Archive:
    """What a `.keras` file declares: its network, layer by layer, and the bytes that all of it takes unpacked."""

    network: dict[str, Any]
    unpacked: int


def looked_into(path: Path) -> Archive:
    """What a file declares; one that unpacks to far more than it is, or to more than a network may take, is refused."""
    with zipfile.ZipFile(path) as members:
        unpacked = sum(member.file_size for member in members.infolist())
        if unpacked > min(MOST, FREE + TIMES * path.stat().st_size):
            what = f"{path.stat().st_size / 1e6:.1f} MB that declare {unpacked / 1e6:,.0f} MB unpacked"
            raise InputError(f"{path}: {what}; such a file is not opened, save the model again with model.save")
        if damaged := members.testzip():
            raise InputError(f"{path}: damaged ({damaged} in it is not as it was written); copy or save the model again")
        network = json.loads(members.read("config.json"))
    if not isinstance(network, dict):
        raise ValueError("its config.json describes no network")
    return Archive({name: value for name, value in network.items() if name != "compile_config"}, unpacked)
