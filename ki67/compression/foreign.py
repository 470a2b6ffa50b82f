"""Keras models from elsewhere: what a file asks for is compared with what it holds before memory is taken for it."""

import json
import zipfile
from pathlib import Path
from typing import Any

import keras
from keras.src.backend.common import global_state

WEIGHTS = "model.weights.h5"
UNPACKED, FREE = 20, 1 << 27  # times its size, and bytes beside, that an archive may take: weights hardly shrink
PER_BYTE, SMALL = 2, 1 << 20  # values that a byte of weights can stand for (four bits each), and values that need no proof
UNBORN = "uninitialized_variables"  # Keras's list of variables that have a shape and no values yet


class Suspicious(ValueError):
    """Why a file is not opened, without its name."""


def check_archive(path: Path) -> None:
    """Refuse what would fill memory or was damaged on its way, by the archive's own directory and checksums."""
    with zipfile.ZipFile(path) as archive:
        unpacked = sum(member.file_size for member in archive.infolist())
        if unpacked > UNPACKED * path.stat().st_size + FREE:
            raise Suspicious(f"it would unpack to {unpacked / 1e6:,.0f} MB")
        if damaged := archive.testzip():
            raise Suspicious(f"{damaged} in it is damaged")
        stored = next((member.file_size for member in archive.infolist() if member.filename == WEIGHTS), 0)
        check_promise(json.loads(archive.read("config.json")), PER_BYTE * stored)


def check_promise(config: dict[str, Any], values: int) -> None:
    """Refuse an architecture that asks for more values than a file can hold."""
    asked = values_of(config)
    if asked > values + SMALL:
        raise Suspicious(f"its network asks for {asked:,} values and it holds {values:,} at most")


def values_of(config: dict[str, Any]) -> int:
    """How many values a network has, from its shapes alone: none is made."""
    waiting = list(global_state.get_global_attribute(UNBORN) or [])
    try:
        with keras.StatelessScope(initialize_variables=False):
            return int(keras.models.model_from_json(json.dumps(config)).count_params())
    finally:
        global_state.set_global_attribute(UNBORN, waiting)
