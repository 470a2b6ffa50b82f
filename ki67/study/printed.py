"""What the papers print and say, as claims.yaml has it: every claim under its table, with what kind of verdict it can have."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from ki67.base.errors import InputError
from ki67.study.directions import Said
from ki67.study.rules import How

Kind = Literal["paper", "counted", "measured", "direction"]
Needs = Literal["none", "shidc", "breastpathq", "imagenet", "bcs1", "hardware", "machine", "source"]
Operand = float | str
Within = Literal["near", "cut", "below", "above"]


class Strict(BaseModel):
    """A misspelt key in claims.yaml is an error, not a claim that silently lacks something."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Rule(Strict):
    """How a figure follows from others: operands are numbers, printed figures `Table/row/cell`, or ours `path:key`."""

    how: How
    of: list[Operand] = Field(min_length=2)
    by: list[Operand] = []
    n: list[Operand] = []

    @property
    def printed_only(self) -> bool:
        """Whether nothing of ours goes into it."""
        return not any(isinstance(operand, str) and ":" in operand for operand in (*self.of, *self.by, *self.n))


class Pairs(Strict):
    """One against others in a table of differences, whose first two columns name the two; `where` says what else a row has."""

    table: str
    of: str
    over: list[str] = Field(min_length=1)
    where: dict[str, str] = {}


class Claim(Strict):
    """One printed figure, and where ours stands; or an effect that the text reports, and where a stage compared for it.

    What is compared stands in a table of `pairs`, or is one difference at the place `compared`. What has no interval is either
    `figures`, of which the first is set against the best of the others, or one of `ours`: a rank, a yes or no.
    """

    row: str
    cell: str
    value: Operand | None = None
    ours: str | None = None
    rule: Rule | None = None
    said: Said = "higher"
    compared: str | None = None
    pairs: Pairs | None = None
    figures: list[str] = []
    note: str = ""

    @property
    def place(self) -> str | None:
        """Where a stage wrote what is ours."""
        return self.ours or self.compared or (self.pairs and self.pairs.table) or next(iter(self.figures), None)

    @property
    def asks(self) -> int:
        """How many ways to a verdict it names, of which there must be one at most."""
        return sum(map(bool, (self.ours, self.rule, self.compared, self.pairs, self.figures)))


class Group(Strict):
    """Claims that share their table, the kind of their verdicts and what that needs.

    Of a figure: how far ours may be off what is printed (`near`), whether that is ours with its last digits `cut`, or a bound
    that ours is to be `below` or `above`. Of an effect: within which `margin` two are alike. The comparisons of one group are one
    family.
    """

    paper: str
    table: str
    title: str
    kind: Kind
    needs: Needs = "none"
    tolerance: float = Field(0.0, ge=0)
    within: Within = "near"
    margin: float = Field(0.03, gt=0)
    claims: list[Claim] = Field(min_length=1)

    @model_validator(mode="after")
    def _of_its_kind(self) -> Self:
        for claim in self.claims:
            _check(self, claim)
        return self


def _check(group: Group, claim: Claim) -> None:
    effect = bool(claim.compared or claim.pairs or claim.figures)
    fits = {
        "paper": group.needs == "none" and claim.rule is not None and claim.rule.printed_only and claim.value is not None,
        "counted": group.needs == "none" and (claim.ours or claim.rule) is not None and claim.value is not None,
        "measured": group.needs != "none" and claim.value is not None and not effect,
        "direction": group.needs != "none" and not claim.rule and (claim.value is None or claim.ours is not None),
    }[group.kind]
    if not fits or claim.asks > 1 or (effect and group.kind != "direction"):
        raise ValueError(f"{group.table}/{claim.row}/{claim.cell} is no claim of kind {group.kind!r}")


def load_claims(path: Path) -> list[Group]:
    """The file, checked: known keys only, and no figure named twice."""
    try:
        groups = TypeAdapter(list[Group]).validate_python(yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader))
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
