"""Profiles: the same study at four sizes, written into params.yaml so that git and DVC see what changed."""

from copy import deepcopy
from pathlib import Path

from ruamel.yaml import YAML

from ki67.base.errors import InputError, nearest
from ki67.base.files import whole_file
from ki67.settings import params


def apply(name: str, path: Path) -> None:
    """Put a profile's values in their places; comments stay, and the file is checked before it is replaced."""
    if name not in params.PROFILES:
        raise InputError(f"no profile {name!r}{nearest(name, params.PROFILES)}")
    params.read(path)
    yaml = YAML()
    yaml.width, yaml.preserve_quotes = 120, True
    whole = yaml.load(path)
    whole["profile"] = name
    for section, values in whole["profiles"].get(name, {}).items():
        whole[section].update(deepcopy(values))
    with whole_file(path) as partial:
        yaml.dump(whole, partial)
        params.read(partial)
