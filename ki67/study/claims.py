"""The papers' figures beside ours, each with a verdict that says no more than was shown."""

import csv
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from pydantic import TypeAdapter, ValidationError

from ki67.base.errors import InputError
from ki67.base.files import whole_file
from ki67.data.source import OWN, SIMULATED
from ki67.study.lookup import NotThere, Reference, look_up
from ki67.study.printed import Claim, Group, Needs, Operand, Rule, Within, named
from ki67.study.rules import RULES, Numbers

Direction = Literal["holds", "fails", "not settled"]
Word = Literal["reproduced", "differs", "not run"]
MISSING = {
    "shidc": "SHIDC-B-Ki-67",
    "breastpathq": "BreastPathQ",
    "imagenet": "BreastPathQ and ImageNet weights",
    "bcs1": "BCS-1",
    "hardware": "two GTX 1060",
    "machine": "that machine",
}
PATCHES = Reference("metrics/cellularity_dataset.json", "source")
# What a run says of its data, whose figures these are where it had not what a claim needs.
SOURCES = {
    "shidc": Reference("metrics/dataset.json", "source"),
    "breastpathq": PATCHES,
    "imagenet": PATCHES,
    "bcs1": Reference("metrics/slides_dataset.json", "source"),
}
# By what a run shows that it had them; what is not listed here no run has.
SHOWN = {
    "shidc": {SOURCES["shidc"]: "shidc"},
    "breastpathq": {SOURCES["breastpathq"]: "breastpathq"},
    "imagenet": {SOURCES["imagenet"]: "breastpathq", Reference("metrics/cellularity.json", "weights"): "imagenet"},
    "bcs1": {SOURCES["bcs1"]: "bcs1"},
}
CHECK = "check"  # a training too short to compare anything
LONGEST = Path("release")  # where the longest run is kept, laid out as the study itself
YES: dict[Direction | None, float] = {"holds": 1.0, "fails": 0.0}  # what is not settled is no figure
DIRECTIONS: TypeAdapter[Direction | None] = TypeAdapter(Direction | None)
SLACK = 1e-9  # so that 0.786 against 0.785 ± 0.001 is not decided by the last bit of a float

# Whether ours is what is printed, by how much it exceeds that and what a cut digit leaves open.
AS_PRINTED: dict[Within, Callable[[float, float], bool]] = {
    "near": lambda excess, open_digit: abs(excess) <= open_digit,
    "below": lambda excess, open_digit: excess <= open_digit,
    "above": lambda excess, open_digit: excess >= -open_digit,
}


@dataclass(frozen=True)
class Verdict:
    """One row of the claims page."""

    paper: str
    table: str
    title: str
    row: str
    cell: str
    printed: float
    ours: float | None
    basis: str  # where ours comes from: simulated, own data, measured (each also of the longest run), recomputed…
    direction: Direction | None  # whether what the prose says happens here, on whatever data; no verdict
    ruling: "Ruling"
    note: str

    @property
    def verdict(self) -> str:
        """The word, and why it was not run."""
        return f"{self.ruling.word}: {self.ruling.why}" if self.ruling.why else self.ruling.word


@dataclass(frozen=True)
class Ruling:
    """Whether ours is the printed figure; why nothing can be said, where it is not run."""

    word: Word
    why: str = ""


COLUMNS = ("paper", "table", "title", "row", "cell", "printed", "ours", "basis", "direction", "verdict", "note")


class Figures:
    """Looks up whatever a claim names: a number, a printed figure, a figure of this study."""

    def __init__(self, groups: Sequence[Group], root: Path) -> None:
        self.printed = dict(named(groups))
        self.root = root

    def of(self, operand: Operand) -> float:
        """The number; a name that leads nowhere is an error."""
        if isinstance(operand, float):
            return operand
        if ":" in operand:
            return float(look_up(self.root, Reference.of(operand)))
        if operand not in self.printed:
            raise InputError(f"claims.yaml: no figure {operand!r}; name it Table/row/cell as it stands above")
        return self.of(self.printed[operand].value)

    def ours(self, claim: Claim) -> float | None:
        """Our figure for a claim: recomputed by its rule, or read where a stage wrote it (nothing, if undefined)."""
        try:
            if claim.rule:
                return self.recomputed(claim.rule)
            if claim.direction:
                return YES.get(self.direction(claim))
            value = look_up(self.source(claim), Reference.of(claim.ours)) if claim.ours else None
        except NotThere:
            return None
        return None if value is None else float(value)

    def direction(self, claim: Claim) -> Direction | None:
        """Whether what the prose says happens here; nothing where no stage has looked, or none could."""
        if claim.direction is None:
            return None
        try:
            return DIRECTIONS.validate_python(look_up(self.source(claim), Reference.of(claim.direction)))
        except NotThere:
            return None
        except ValidationError as error:
            raise InputError(f"{claim.direction}: none of {', '.join(get_args(Direction))}; run its stage again") from error

    def source(self, claim: Claim) -> Path:
        """Whose figure stands for ours: this run's, or the longest run's where this one only checked and that one compared."""
        longest = self.root / LONGEST
        asked = self.kind(claim, self.root) == CHECK and self.kind(claim, longest) not in (CHECK, None)
        return longest if asked else self.root

    def kind(self, claim: Claim, root: Path) -> str | None:
        """What the file of a figure says of the trainings behind it, if it says anything."""
        if claim.place is None:
            return None
        try:
            return str(look_up(root, Reference(Reference.of(claim.place).path, "kind")))
        except InputError:
            return None

    def only_checked(self, claim: Claim) -> bool:
        """Whether ours comes from trainings too short to compare anything; their file says so."""
        return self.kind(claim, self.source(claim)) == CHECK

    def recomputed(self, rule: Rule) -> float:
        """A rule carried out."""
        of, by, n = ([self.of(operand) for operand in operands] for operands in (rule.of, rule.by, rule.n))
        return RULES[rule.how](Numbers(of, by, n))


def judge(groups: Sequence[Group], root: Path) -> list[Verdict]:
    """Every claim's verdict, from the results that lie under `root`."""
    figures = Figures(groups, root)
    return [
        _verdict(group, claim, figures, had_by(group.needs, figures.source(claim))) for group in groups for claim in group.claims
    ]


def had_by(needs: Needs, root: Path) -> bool:
    """Whether the run had what a figure needs."""
    if needs == "none":
        return True
    try:
        return needs in SHOWN and all(look_up(root, place) == wanted for place, wanted in SHOWN[needs].items())
    except NotThere:
        return False


def _verdict(group: Group, claim: Claim, figures: Figures, had: bool) -> Verdict:
    printed, ours, direction = figures.of(claim.value), figures.ours(claim), figures.direction(claim)
    basis = "" if ours is None and direction is None else _basis(group.needs, claim, figures, had)
    excess = None if ours is None else ours - printed
    ruling = _ruling(group, excess, basis) if had else Ruling("not run", f"needs {MISSING[group.needs]}")
    return Verdict(
        group.paper, group.table, group.title, claim.row, claim.cell, printed, ours, basis, direction, ruling, claim.note
    )


def _ruling(group: Group, excess: float | None, basis: str) -> Ruling:
    """On a run that had what a figure needs: by how much ours exceeds what is printed, if there is any."""
    if excess is None:
        return Ruling("not run", "no figure of ours")
    if basis == CHECK:
        return Ruling("not run", f"ours is a {CHECK}")
    return Ruling("reproduced" if AS_PRINTED[group.within](excess, group.tolerance + SLACK) else "differs")


def _basis(needs: Needs, claim: Claim, figures: Figures, had: bool) -> str:
    if claim.rule:
        return "recomputed"
    if needs in SHOWN and figures.only_checked(claim):
        return CHECK
    basis = _made_on(needs, figures.source(claim)) if needs in SHOWN and not had else "measured"
    return basis if needs == "none" or figures.source(claim) == figures.root else f"{basis} in the longest run"


def _made_on(needs: Needs, root: Path) -> str:
    """Whose data a figure comes from that is not of the set it needs."""
    source = str(look_up(root, SOURCES[needs]))
    return source if source in (SIMULATED, OWN) else "measured"


@dataclass(frozen=True)
class Tally:
    """How many figures there are and how they fared."""

    figures: int
    reproduced: int
    differs: int
    not_run: int


def tally(verdicts: Sequence[Verdict]) -> Tally:
    """The verdicts counted."""
    counts = Counter(verdict.ruling.word for verdict in verdicts)
    return Tally(len(verdicts), counts["reproduced"], counts["differs"], counts["not run"])


def write_verdicts(verdicts: Sequence[Verdict], path: Path) -> None:
    """One line a figure, for the claims page."""
    with whole_file(path) as partial, partial.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        for verdict in verdicts:
            values = (getattr(verdict, column) for column in COLUMNS)
            writer.writerow(f"{value:.10g}" if isinstance(value, float) else value for value in values)
