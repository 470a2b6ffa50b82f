"""What the papers print, as claims.yaml has it: every figure under its table, with what a verdict on it needs."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from ki67.base.errors import InputError
from ki67.study.rules import How

Needs = Literal["none", "shidc", "breastpathq", "imagenet", "bcs1", "hardware", "machine"]
Operand = float | str
Within = Literal["near", "below", "above"]


class Strict(BaseModel):
    """A misspelt key in claims.yaml is an error, not a claim that silently lacks something."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Rule(Strict):
    """How a figure follows from others: operands are numbers, printed figures `Table/row/cell`, or ours `path:key`."""

    how: How
    of: list[Operand] = Field(min_length=2)
    by: list[Operand] = []
    n: list[Operand] = []


class Claim(Strict):
    """One printed figure, and where ours stands; of what the prose says happens (1 is yes), where a stage says whether so."""

    row: str
    cell: str
    value: Operand
    ours: str | None = None
    direction: str | None = None
    rule: Rule | None = None
    note: str = ""

    @property
    def place(self) -> str | None:
        """Where a stage wrote what is ours."""
        return self.ours or self.direction


class Group(Strict):
    """Claims that share their table, what they need and what ours must be: near enough, below or above what is printed."""

    paper: str
    table: str
    title: str
    needs: Needs
    tolerance: float = Field(ge=0)
    within: Within = "near"
    claims: list[Claim] = Field(min_length=1)


def load_claims(path: Path) -> list[Group]:
    """The file, checked: known keys only, and no figure named twice."""
    try:
        groups = TypeAdapter(list[Group]).validate_python(yaml.safe_load(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise InputError(f"{path}: missing; run this at the top of the study") from error
    except yaml.YAMLError as error:
        raise InputError(f"{path}: not YAML ({' '.join(str(error).split())}); mend that line") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InputError(f"{path}: {place}: {first['msg'][0].lower()}{first['msg'][1:]}; mend that claim") from error
    names = Counter(name for name, _ in named(groups))
    twice = [name for name, count in names.items() if count > 1]
    if twice:
        raise InputError(f"{path}: {twice[0]!r} stands {names[twice[0]]} times; keep one")
    return groups


def named(groups: Sequence[Group]) -> Iterator[tuple[str, Claim]]:
    """Each claim under the name that others call it by, Table/row/cell."""
    return ((f"{group.table}/{claim.row}/{claim.cell}", claim) for group in groups for claim in group.claims)
