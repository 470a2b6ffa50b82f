"""What this study has to set beside a claim: a figure or a comparison, recomputed, or read where a stage wrote it."""

import csv
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ki67.base.errors import InputError
from ki67.study.directions import Comparison, Interval
from ki67.study.lookup import NotThere, Reference, look_up
from ki67.study.printed import Claim, Group, Operand, Pairs, Rule, named
from ki67.study.rules import RULES, Numbers

CHECK = "check"  # a training too short to compare anything
LONGEST = Path("release")  # where the longest run is kept, laid out as the study itself
# A table has no place to say what trainings are behind it; the report beside it has.
REPORTS = dict.fromkeys(("metrics/backends.csv", "metrics/backends_differences.csv"), "metrics/backends.json")
DIFFERENCES = ("difference", "value", "rmse_difference")  # what the stages call the middle of an interval


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
        value = self.printed[operand].value if operand in self.printed else None
        if value is None:
            raise InputError(f"claims.yaml: no figure {operand!r}; name it Table/row/cell as it stands above")
        return self.of(value)

    def ours(self, claim: Claim) -> float | None:
        """Our figure for a claim: recomputed by its rule, or read where a stage wrote it (nothing, if undefined)."""
        try:
            if claim.rule:
                return self.recomputed(claim.rule)
            value = look_up(self.source(claim), Reference.of(claim.ours)) if claim.ours else None
        except NotThere:
            return None
        return None if value is None else float(value)

    def recomputed(self, rule: Rule) -> float:
        """A rule carried out."""
        of, by, n = ([self.of(operand) for operand in operands] for operands in (rule.of, rule.by, rule.n))
        return RULES[rule.how](Numbers(of, by, n))

    def comparisons(self, claim: Claim) -> list[Comparison]:
        """What a stage compared for an effect that the text reports; none where it has not run, or left a part out."""
        root = self.source(claim)
        try:
            if claim.pairs:
                return _pairs(root, claim.pairs)
            if claim.compared:
                return _one(look_up(root, Reference.of(claim.compared)))
            figures = [look_up(root, Reference.of(figure)) for figure in claim.figures]
        except NotThere:
            return []
        if not figures or None in figures:
            return []
        first, *others = map(float, figures)
        return [Comparison(first - (min(others) if claim.said == "lower" else max(others)))]

    def source(self, claim: Claim) -> Path:
        """Whose figure stands for ours: this run's, or the longest run's where this one only checked and that one compared."""
        longest = self.root / LONGEST
        asked = self.behind(claim, self.root) == CHECK and self.behind(claim, longest) not in (CHECK, None)
        return longest if asked else self.root

    def only_checked(self, claim: Claim) -> bool:
        """Whether ours comes from trainings too short to compare anything; their file says so."""
        return self.behind(claim, self.source(claim)) == CHECK

    def behind(self, claim: Claim, root: Path) -> str | None:
        """What the file of a figure, or the report beside it, says of the trainings behind it, if it says anything."""
        if claim.place is None:
            return None
        path = claim.pairs.table if claim.pairs else Reference.of(claim.place).path
        try:
            return str(look_up(root, Reference(REPORTS.get(path, path), "kind")))
        except InputError:
            return None


def _pairs(root: Path, pairs: Pairs) -> list[Comparison]:
    """Each pair stands once in its table, whichever of the two comes first."""
    path = root / pairs.table
    if not path.is_file():
        raise NotThere(f"{path}: missing; run the stage that writes it")
    with path.open(newline="", encoding="utf-8") as stream:
        rows = [row for row in csv.DictReader(stream) if pairs.where.items() <= row.items()]
    table = {tuple(row.values())[:2]: row for row in rows}
    found = []
    for other in pairs.over:
        if (pairs.of, other) in table:
            found += _one(table[pairs.of, other])
        elif (other, pairs.of) in table:
            found += [comparison.turned() for comparison in _one(table[other, pairs.of])]
        else:
            raise NotThere(f"{path}: no {pairs.of} against {other} where {pairs.where}")
    return found


def _one(row: Any) -> list[Comparison]:
    """A difference with its ends, as stages write it; nothing where there is none."""
    name = next(name for name in DIFFERENCES if name in row)
    middle, low, high = (math.nan if row[key] in (None, "") else float(row[key]) for key in (name, "low", "high"))
    if math.isnan(middle):
        return []
    return [Comparison(middle, None if math.isnan(low) or math.isnan(high) else Interval(low, high))]
