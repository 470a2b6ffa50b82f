"""Networks that a stage trained, one a seed, in the order in which the settings name the seeds: the first one ships."""

import json
from collections.abc import Sequence
from pathlib import Path

from ki67.base.errors import InputError
from ki67.base.files import write_whole

ORDER = "networks.json"  # beside the networks' folders, whose names sort otherwise: seed-10 before seed-2


def write_order(folder: Path, names: Sequence[str]) -> None:
    """Keep the order beside the networks, so that whatever reads them finds the same one first."""
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / ORDER, [json.dumps(list(names)), "\n"])


def networks_in(folder: Path) -> list[Path]:
    """The folders of all networks, in the order that was kept: the first one ships."""
    try:
        names = json.loads((folder / ORDER).read_text())
    except FileNotFoundError as error:
        raise InputError(f"{folder / ORDER}: missing; run the stage that trains these networks again") from error
    return [folder / name for name in names]


def first_network(folder: Path) -> Path:
    """The one that is shipped, compressed and measured."""
    return networks_in(folder)[0]
