"""Profiles: the same study at four sizes, written into params.yaml so that git and DVC see what changed."""

from copy import deepcopy
from pathlib import Path

from ruamel.yaml import YAML

from ki67.base.files import whole_file
from ki67.settings import params
from ki67.settings.names import ProfileName


def apply(name: ProfileName, path: Path) -> None:
    """Put a profile's values in their places; comments stay, and the file is checked before it is replaced."""
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
