"""How a backend was fitted: the file that its run writes and the comparison reads."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import TypeAdapter

from ki67.base.tables import read_json, write_json

TITLES = {
    "pathonet": "PathoNet",
    "fcrn_a": "FCRN-A",
    "fcrn_b": "FCRN-B",
    "deeplab_mobilenetv2": "DeepLabv3-MobileNetV2",
    "deeplab_xception": "DeepLabv3-Xception",
    "unet": "U-Net",
}


@dataclass(frozen=True)
class TriedRate:
    """A learning rate and the validation loss of the short training that tried it; nothing where it was the only one."""

    rate: float
    validation_loss: float | None


@dataclass(frozen=True)
class Fields:
    """How many there were in each part."""

    train: int
    validation: int
    test: int


@dataclass(frozen=True)
class EmptyLoss:
    """What empty maps cost in each part: a network that comes to no less has learnt nothing."""

    train: float
    validation: float


@dataclass(frozen=True)
class ByClass:
    """A figure for each of the three classes."""

    positive: float | None
    negative: float | None
    til: float | None


@dataclass(frozen=True)
class Seed:
    """One network: its thresholds, and what they come to on validation."""

    seed: int
    thresholds: ByClass
    validation_f1: ByClass


@dataclass(frozen=True)
class Fitted:
    """What the comparison needs to know of a backend beside the cells that its networks found."""

    backend: str
    kind: str  # a check, or a comparison
    parameters: int
    weights: str
    rate: float
    rates: Sequence[TriedRate]
    steps: int
    crops: int
    fields: Fields
    empty_loss: EmptyLoss
    seeds: Sequence[Seed]


def keep(record: Fitted | Seed, path: Path) -> None:
    """Write it where the comparison, or a run that goes on, finds it."""
    write_json(asdict(record), path)


def read_seed(path: Path) -> Seed:
    """What a killed run kept of a network that was finished."""
    return TypeAdapter(Seed).validate_python(read_json(path))


def read_fits(folder: Path, names: Sequence[str] = tuple(TITLES)) -> list[Fitted]:
    """Each backend that ran, in the paper's order."""
    paths = [folder / f"{name}.json" for name in names]
    return [TypeAdapter(Fitted).validate_python(read_json(path)) for path in paths if path.is_file()]
