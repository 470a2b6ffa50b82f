"""Every setting of the study, typed: an unknown name or a wrong type stops the study before anything starts.

What a section holds stands in the file of its chapter; a new chapter is one such file, and its name in `CHAPTERS`.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import ValidationError

from ki67.base.errors import InputError, nearest
from ki67.settings import backends, cellularity, compression, detection, masks, measuring, simulation, slides, study
from ki67.settings.cellularity import Segment
from ki67.settings.names import ProfileName
from ki67.settings.slides import Patchwise, Refine
from ki67.settings.stage import Section, Stage, section_name

PARAMS = Path("params.yaml")
# In the order of dvc.yaml.
CHAPTERS = (simulation, detection, backends, compression, measuring, cellularity, slides, masks, study)
SECTIONS: dict[str, type[Section]] = {section_name(schema): schema for chapter in CHAPTERS for schema in chapter.SECTIONS}
STAGES: dict[str, type[Stage]] = {name: schema for name, schema in SECTIONS.items() if issubclass(schema, Stage)}
PROFILES: tuple[ProfileName, ...] = get_args(ProfileName)
Asked = TypeVar("Asked", bound=Section)


def check(schema: type[Asked], values: dict[str, Any], source: str) -> Asked:
    """A section's settings, or a line that names the setting, what is wrong and the nearest right name."""
    try:
        return schema.model_validate(values)
    except ValidationError as error:
        first = min(error.errors(), key=lambda found: found["type"] != "extra_forbidden")  # a slip explains a lack
        section, name = section_name(schema), ".".join(str(part) for part in first["loc"])
        if first["type"] == "extra_forbidden":
            raise InputError(f"{source}: {section} has no setting {name!r}{nearest(name, schema.model_fields)}") from error
        if first["type"] == "missing":
            raise InputError(f"{source}: {section} lacks the setting {name!r}; add it") from error
        says = first["msg"].removeprefix("Value error, ")
        raise InputError(f"{source}: {section}.{name} = {first['input']!r}: {says[0].lower()}{says[1:]}") from error


def assignments(texts: Iterable[str]) -> dict[str, Any]:
    """`NAME=VALUE` as typed on a command line, the values read as YAML."""
    return dict(map(assignment, texts))


def assignment(text: str) -> tuple[str, Any]:
    """The name and the value of a single `NAME=VALUE`; any other text is refused with what to write."""
    name, equals, value = text.partition("=")
    if not equals:
        raise InputError(f"--set {name}: no value; write NAME=VALUE")
    try:
        return name, yaml.safe_load(value)
    except yaml.YAMLError as error:
        raise InputError(f"--set {text}: the value is not YAML; write a number, a word or [a, list]") from error


def shipped() -> Path:
    """The settings that the package was made with: beside it in a wheel, above it in the study's own folder."""
    package = Path(__file__).parents[1]
    beside = package / "params.yaml"
    return beside if beside.is_file() else package.parent / "params.yaml"


def stand_at_top() -> None:
    """Refuse what builds on the study's own files where these are not."""
    if not PARAMS.is_file():
        raise InputError(missing(PARAMS))


def missing(path: Path) -> str:
    """The line for whoever runs a command where there are no settings."""
    return f"{path}: missing; run this at the top of the study"


def read(path: Path = PARAMS) -> dict[str, Any]:
    """The file as it stands, every section and every profile checked."""
    whole = parsed(path)
    for name in whole:
        if name not in {"profile", "profiles", *SECTIONS}:
            raise InputError(f"{path}: no section {name!r}{nearest(name, [*SECTIONS, 'profile', 'profiles'])}")
    for section in SECTIONS:
        check_whole(section, whole.get(section) or {}, str(path))
    for profile in PROFILES:
        for section, values in whole.get("profiles", {}).get(profile, {}).items():
            source = f"{path}, profile {profile}"
            if section not in SECTIONS:
                raise InputError(f"{source}: no section {section!r}{nearest(section, SECTIONS)}")
            check_whole(section, (whole[section] or {}) | values, source)
    return whole


def parsed(path: Path) -> dict[str, Any]:
    """What is in the file, or one line of why nothing can be read from it."""
    try:
        whole = yaml.load(path.read_text(encoding="utf-8-sig"), EachKeyOnce)
    except FileNotFoundError as error:
        raise InputError(missing(path)) from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read as text ({error}); git checkout {PARAMS} brings it back") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise InputError(f"{path}: not YAML ({' '.join(str(error).split())}); mend that line") from error
    if not isinstance(whole, dict) or not all(isinstance(part, dict | str | None) for part in whole.values()):
        raise InputError(f"{path}: not settings by section; git checkout {PARAMS} brings the shipped ones back")
    return whole


class EachKeyOnce(yaml.SafeLoader):
    """YAML in which a second setting of the same name is an error, not the one that counts."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """As YAML has it, each key looked at."""
        keys = [key.value for key, _ in node.value]
        twice = next((key for number, key in enumerate(keys) if key in keys[:number]), None)
        if twice is not None:
            raise ValueError(f"{twice} comes twice{node.start_mark}")
        return dict(super().construct_mapping(node, deep))


def check_whole(section: str, values: dict[str, Any], source: str) -> None:
    """A section's settings, and that all its items together make what later stages read; one item alone may lack it."""
    settings = check(SECTIONS[section], values, source)
    if isinstance(settings, Segment) and "fpn" not in settings.decoders:
        raise InputError(f"{source}: segment.decoders = {settings.decoders}: the trees and sr read the maps of fpn; add fpn")
    if isinstance(settings, Patchwise) and "mobilenetv2" not in settings.networks:
        what = "clustering and refinement build on mobilenetv2"
        raise InputError(f"{source}: patchwise.networks = {settings.networks}: {what}; add mobilenetv2")
    if isinstance(settings, Refine) and "unet" not in settings.networks:
        raise InputError(f"{source}: refine.networks = {settings.networks}: all refiners are set against unet; add unet")


def stage_called(name: str) -> type[Stage]:
    """What a stage's settings are by its name, or a line that says which stages there are."""
    if name not in STAGES:
        raise InputError(f"no stage {name!r}{nearest(name, STAGES)}")
    return STAGES[name]


def values_of(schema: type[Section], path: Path = PARAMS) -> dict[str, Any]:
    """A section as it is written, and as a notebook is given it; a stage of trials is told where they run."""
    whole = read(path)
    where = {"cluster": whole["cluster"]["address"]} if "cluster" in schema.model_fields else {}
    return {**(whole[section_name(schema)] or {}), **where}


def settings_of(schema: type[Asked], path: Path = PARAMS) -> Asked:
    """A section's settings, typed: `settings_of(Train).epochs`."""
    return check(schema, values_of(schema, path), str(path))
